import { App, Stack } from 'aws-cdk-lib';
import { ServiceGroup } from 'tickover/cdk';

const stack = new Stack(new App(), 'small-duties');
new ServiceGroup(stack, 'SmallDuties', {
  services: [
    { file: 'services/check-stock.ts' },
    { file: 'services/expire-carts.ts' },
    { file: 'services/refresh-search.ts' },
  ],
});
