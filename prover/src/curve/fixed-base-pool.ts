// Fixed-base multiplication over worker threads: tables first, window by window, then chunks of scalars.

import { throwIfAborted } from "../errors.js";
import { ScriptWorker } from "../threads/script-worker.js";
import {
  buildWindowTables,
  createBatchAdder,
  createFixedBaseHandler,
  type FixedBaseRequest,
  type GroupName,
  groupFunctions,
  multiplyFixedBase,
  signedDigits,
  windowBitsFor,
  windowCountFor,
} from "./fixed-base.js";
import { instantiateCurve, loadCurveModule } from "./wasm.js";

const THREAD_FUNCTIONS = {
  buildWindowTables,
  createBatchAdder,
  groupFunctions,
  instantiateCurve,
  multiplyFixedBase,
  signedDigits,
  windowCountFor,
};
const CHUNK = { g1: 8192, g2: 4096 } as const;
const POINT_BYTES = { g1: 64, g2: 128 } as const;

/** Scalars to be multiplied with a group's generator. */
export interface FixedBaseJob {
  readonly group: GroupName;
  /** Plain 32-byte little-endian integers below r. */
  readonly scalars: SharedArrayBuffer;
}

/** Options of multiplyGenerator. */
export interface FixedBaseOptions {
  /** Number of worker threads, at least 1. */
  readonly threadCount: number;
  readonly signal?: AbortSignal | undefined;
  /** Share of the work done, 0 to 1. */
  readonly onProgress?: ((fraction: number) => void) | undefined;
}

interface Step {
  readonly request: FixedBaseRequest;
  readonly cost: number;
}

/**
 * Multiplies the generators by all scalars.
 * @returns for each job the affine points in Montgomery form, infinity as zeros; g1 64 bytes, g2 128 bytes each.
 * @throws AbortedError, ThreadError
 */
export async function multiplyGenerator(
  jobs: readonly FixedBaseJob[],
  options: FixedBaseOptions,
): Promise<SharedArrayBuffer[]> {
  throwIfAborted(options.signal, "the multiplication of generators");
  const curve = await loadCurveModule();
  const tableSteps: Step[] = [];
  const multiplySteps: Step[] = [];
  const results = jobs.map((job) => {
    const count = job.scalars.byteLength / 32;
    const results = new SharedArrayBuffer(count * POINT_BYTES[job.group]);
    const { tables, multiplications } = planJob(job, count, results);
    tableSteps.push(...tables);
    multiplySteps.push(...multiplications);
    return results;
  });
  const total = [...tableSteps, ...multiplySteps].reduce((sum, step) => sum + step.cost, 0);
  const threadCount = Math.min(options.threadCount, multiplySteps.length);
  const workers = Array.from(
    { length: threadCount },
    () => new ScriptWorker(createFixedBaseHandler, THREAD_FUNCTIONS, curve),
  );
  let done = 0;
  const runAll = async (steps: Step[]): Promise<void> => {
    const queue = [...steps];
    await Promise.all(
      workers.map(async (worker) => {
        for (let step = queue.shift(); step !== undefined; step = queue.shift()) {
          await worker.call(step.request, { signal: options.signal });
          done += step.cost;
          options.onProgress?.(done / total);
        }
      }),
    );
  };
  try {
    await runAll(tableSteps);
    await runAll(multiplySteps);
  } finally {
    await Promise.all(workers.map((worker) => worker.close()));
  }
  return results;
}

function planJob(
  { group, scalars }: FixedBaseJob,
  count: number,
  results: SharedArrayBuffer,
): { tables: Step[]; multiplications: Step[] } {
  const windowBits = windowBitsFor(count);
  const windowCount = windowCountFor(windowBits);
  const half = 2 ** (windowBits - 1);
  const table = new SharedArrayBuffer(windowCount * half * POINT_BYTES[group]);
  const costPerAddition = group === "g1" ? 1 : 4;
  const tables = Array.from(
    { length: windowCount },
    (_, firstWindow): Step => ({
      request: {
        kind: "table",
        group,
        windowBits,
        firstWindow,
        windowCount: 1,
        table,
      },
      cost: half * costPerAddition,
    }),
  );
  const multiplications: Step[] = [];
  for (let first = 0; first < count; first += CHUNK[group]) {
    const chunk = Math.min(CHUNK[group], count - first);
    multiplications.push({
      request: {
        kind: "multiply",
        group,
        windowBits,
        table,
        scalars,
        results,
        first,
        count: chunk,
      },
      cost: chunk * windowCount * costPerAddition,
    });
  }
  return { tables, multiplications };
}
