import { App, Stack } from 'aws-cdk-lib';
import { TickoverServices } from 'tickover/cdk';

const stack = new Stack(new App(), 'poller');
new TickoverServices(stack, 'Services', { directory: 'services' });
