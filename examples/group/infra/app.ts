import { App, Stack } from 'aws-cdk-lib';
import { TickoverServices } from 'tickover/cdk';

const group = 'small-duties';
const stack = new Stack(new App(), 'shop-duties');
new TickoverServices(stack, 'Services', {
  directory: 'services',
  services: { 'check-stock': { group }, 'expire-carts': { group }, 'refresh-search': { group } },
});
