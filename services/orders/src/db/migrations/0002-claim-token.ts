import { sql } from '@ballast/service-kit';

/**
 * Who has claimed a row, and that a row is not parked and done at once. The constraint is not validated, since that
 * would read the whole table under its lock; the rows that an earlier version may have left are mended instead.
 */
export const claimToken = sql`
  alter table outbox add column claim uuid;
  alter table outbox add constraint outbox_parked_or_done check (parked_at is null or done_at is null) not valid;
  update outbox set parked_at = null where parked_at is not null and done_at is not null`;
