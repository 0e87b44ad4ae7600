// The SDK is wired here; loaded by register.ts only when there is somewhere to send telemetry to.
export {};
