const ourVariants = '@ballast/telemetry/register';
const libraryVariants = new URL('./library-sdk.ts', import.meta.url).href;
const tenPercent = { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.1' };

export interface Variant {
  readonly name: string;
  /** Module given to `--import`. */
  readonly preload: string;
  readonly env: NodeJS.ProcessEnv;
}

/** What the others are compared with. */
export const baseline: Variant = {
  name: 'SDK disabled',
  preload: ourVariants,
  env: { OTEL_SDK_DISABLED: 'true' },
};

export const ours: readonly Variant[] = [
  { name: 'every order traced', preload: ourVariants, env: {} },
  { name: '10 % head sample, remarkable ones kept', preload: ourVariants, env: tenPercent },
];

/** NodeSDK with the published instrumentations of http, undici and pg. */
export const libraries: readonly Variant[] = [
  { name: 'instrumentation libraries, every order traced', env: {} },
  { name: 'instrumentation libraries, 10 % head sample', env: tenPercent },
].map(({ name, env }) => ({
  name,
  preload: libraryVariants,
  env: { ...env, LIBRARY_INSTRUMENTATIONS: 'yes' },
}));

/** The handler while its collector refuses connections, and while it hangs. */
export function collectorsGone(hangingUrl: string): readonly Variant[] {
  return [
    {
      name: 'collector refuses connections',
      preload: ourVariants,
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' },
    },
    { name: 'collector hangs', preload: ourVariants, env: { OTEL_EXPORTER_OTLP_ENDPOINT: hangingUrl } },
  ];
}
