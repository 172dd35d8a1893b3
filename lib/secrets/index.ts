export { type AwsSecretsOptions, awsSecrets } from './aws-secrets.ts';
