import { type ProtectionFlag, protectionFlags } from '@ballast/service-kit/protections';

/** The features that can be switched off; no order needs them. */
export const featureFlags = ['feature.recommendations'] as const;

/** The flags that can be switched while the system runs. */
export type SwitchName = (typeof featureFlags)[number] | ProtectionFlag;

export const switchNames: readonly SwitchName[] = [...featureFlags, ...protectionFlags];

export const isSwitchName = (name: string): name is SwitchName =>
  (switchNames as readonly string[]).includes(name);

/** Every flag of the services, all of them on. */
export const switchDefaults = Object.fromEntries(switchNames.map((name) => [name, true])) as Readonly<
  Record<SwitchName, boolean>
>;
