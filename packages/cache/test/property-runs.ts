/** How many random schedules each property runs through: `PROPERTY_RUNS=10000 pnpm test` for a long look. */
export const propertyRuns = Number(process.env.PROPERTY_RUNS ?? 500);
