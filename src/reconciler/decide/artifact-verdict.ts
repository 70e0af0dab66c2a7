/** What the status of a Model or Dataset says. */
import type { PublishedArtifact, Reason } from '../../api/status';
import type { Trouble } from '../observe/pods';
import type { JobStep } from './attempt';
import { inProgress, stalled } from './decision';
import type { Verdict } from './decision';
import type { Closed } from './gates';

const STEP_REASONS: Readonly<Record<JobStep, { readonly doing: Reason; readonly failed: Reason; readonly words: string }>> = {
  build: { doing: 'Building', failed: 'BuildFailed', words: 'building the image' },
  check: { doing: 'Checking', failed: 'CheckFailed', words: 'looking whether the artifact is there already' },
  run: { doing: 'Running', failed: 'RunFailed', words: 'running' },
  publish: { doing: 'Publishing', failed: 'PublishFailed', words: 'copying the artifact to the bucket' },
};

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

type ExtraCondition = NonNullable<Verdict['conditions']>[number];

/** The condition of the original Substratus, with its reasons. */
function complete(holds: boolean, reason: string, message: string): ExtraCondition {
  return { type: 'Complete', status: holds ? 'True' : 'False', reason, message };
}

export function publishedVerdict(artifact: PublishedArtifact): Verdict {
  const { url, bytes, files } = artifact;
  const size = bytes === undefined ? '' : `, ${formatBytes(bytes)} in ${files} ${files === 1 ? 'file' : 'files'}`;
  const message = `published to ${url}${size}`;
  return {
    ready: true,
    reason: 'Published',
    message,
    artifact,
    fields: { artifacts: { url } },
    conditions: [complete(true, 'JobComplete', message)],
  };
}

/** Of files that were there already: nothing runs for them, also if the spec says what becomes of what was published. */
export function referencedVerdict({ recipeDigest, url }: PublishedArtifact, deletionPolicy?: string): Verdict {
  const kept = deletionPolicy === 'Delete' ? '; deletionPolicy Delete is ignored, for they were there before' : '';
  const message = `refers to the files at ${url}, which are read where they are, and never changed or deleted${kept}`;
  return {
    ready: true,
    reason: 'Referenced',
    message,
    artifact: { recipeDigest, url },
    fields: { artifacts: { url } },
    conditions: [complete(true, 'Referenced', message)],
  };
}

function formatBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${power === 0 ? bytes : (bytes / 1024 ** power).toFixed(1)} ${UNITS[power]}`;
}

export function waitingVerdict({ reason, message, isFinal }: Closed): Verdict {
  const conditions = [complete(false, reason === 'ModelNotFound' || reason === 'ModelNotReady' ? `Base${reason}` : reason, message)];
  return isFinal ? stalled(reason, message, { conditions }) : inProgress(reason, message, { conditions });
}

export function suspendedVerdict({ fields }: Pick<Verdict, 'fields'>): Verdict {
  const message = 'suspended: nothing runs; set spec.suspend to false to go on';
  return { ready: false, reason: 'Suspended', message, conditions: [complete(false, 'Suspended', message)], fields };
}

/** How a step gets on: what keeps it, or else how far it says it is. */
interface Course {
  readonly trouble?: Trouble;
  readonly progress?: string;
}

export function stepVerdict(step: JobStep, url: string, { trouble, progress }: Course = {}): Verdict {
  const { doing, words } = STEP_REASONS[step];
  const told = trouble ? undefined : progress;
  const { reason, message } = trouble ?? { reason: doing, message: told === undefined ? words : `${words}: ${told}` };
  const fields = { artifacts: { url }, ...(told !== undefined && { progress: told }) };
  const more = { fields, conditions: [complete(false, 'JobNotComplete', message)] };
  return trouble?.isStuck ? stalled(reason, `${words}: ${message}`, more) : inProgress(reason, trouble ? `${words}: ${message}` : message, more);
}

/** The spec has changed since the attempt began that runs now, which goes on. */
export function outdatedVerdict(verdict: Verdict): Verdict {
  const words = 'the spec has changed since this attempt began: the change takes effect at the next attempt, or at once, '
    + 'which stops this one, when annotation substratus.ai/retry is given another value';
  return {
    ...verdict,
    message: `${verdict.message}; ${words}`,
    conditions: [...verdict.conditions ?? [], { type: 'Outdated', status: 'True', reason: 'SpecChanged', message: words }],
  };
}

export function failedVerdict(step: JobStep, url: string, why: string): Verdict {
  const message = `${why}; after fixing it, change annotation substratus.ai/retry to repeat that step`;
  return stalled(STEP_REASONS[step].failed, message, {
    fields: { artifacts: { url } }, conditions: [complete(false, 'JobFailed', message)],
  });
}
