const ourVariants = import.meta.resolve('@ballast/telemetry/register');
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

/** The same with the published instrumentations in the place of ours. */
export const published: readonly Variant[] = ours.map(({ name, preload, env }) => ({
  name: `published instrumentations, ${name}`,
  preload,
  env: { ...env, BALLAST_INSTRUMENTATIONS: 'published' },
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
