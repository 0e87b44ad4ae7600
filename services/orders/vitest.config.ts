export { default } from '@ballast/service-kit/vitest-config';
