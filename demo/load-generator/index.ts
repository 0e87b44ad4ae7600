export { type Quality, type QualityCounts, qualityCounts } from './quality.ts';
export type { LoadStats, RecentOrder, StatsReport } from './stats.ts';
