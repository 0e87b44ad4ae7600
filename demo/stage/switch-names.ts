import { type ProtectionName, protectionNames } from '../protections.ts';

/** The features that can be switched off and that no order needs; the flag of each is `feature.<name>`. */
export const featureNames = ['recommendations'] as const;
export type FeatureName = (typeof featureNames)[number];

/** The flags that can be switched while the system runs. */
export type SwitchName = `feature.${FeatureName}` | `protection.${ProtectionName}`;

export const switchNames: readonly SwitchName[] = [
  ...featureNames.map((name) => `feature.${name}` as const),
  ...protectionNames.map((name) => `protection.${name}` as const),
];

export const isSwitchName = (name: string): name is SwitchName =>
  (switchNames as readonly string[]).includes(name);
