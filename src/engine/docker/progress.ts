import { anything, maybe, number, object, text, type Infer } from './shape.js';
import type { Progress } from '../../model/event.js';

/** One line of what `POST /images/create` and a classic `POST /build` tell (Engine API v1.40 to v1.51). */
export const PROGRESS_LINE = object({
  id: anything,
  status: maybe(text),
  progressDetail: maybe(object({ current: maybe(number), total: maybe(number) })),
  stream: maybe(text),
  aux: anything,
  error: maybe(text),
  errorDetail: maybe(object({ code: maybe(number), message: maybe(text) })),
});
export type ProgressLine = Infer<typeof PROGRESS_LINE>;

/** How far one layer is; undefined when the line tells nothing of the kind. The status of the whole pull has an empty part. */
export function toProgress({ id, status, progressDetail }: ProgressLine): Progress | undefined {
  if (typeof status !== 'string') return undefined;
  return {
    part: typeof id === 'string' ? id : '',
    status,
    doneBytes: progressDetail?.current ?? null,
    // The engine says -1 or nothing where it does not know the size.
    totalBytes: progressDetail?.total && progressDetail.total > 0 ? progressDetail.total : null,
  };
}

/** What went wrong, in the engine's words; undefined when nothing did. The engine answers 200 before it knows. */
export const failureOf = ({ error, errorDetail }: ProgressLine): string | undefined =>
  errorDetail?.message ?? error ?? undefined;
