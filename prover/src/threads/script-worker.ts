// One worker thread that answers requests in order. It does not keep the process alive while it is idle.

import { Worker } from "node:worker_threads";
import { AbortedError, ThreadError, throwIfAborted } from "../errors.js";
import { declareFunctions, type ScriptFunctions } from "./script.js";

/** Options of one call. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Receives what the handler reports before it answers. */
  readonly onReport?: (report: unknown) => void;
}

interface PendingCall {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly onReport: ((report: unknown) => void) | undefined;
}

interface WorkerAnswer {
  readonly id: number;
  readonly report?: unknown;
  readonly result?: unknown;
  /** Message and further fields of what the handler threw. */
  readonly error?: { readonly message: string; readonly details?: unknown };
}

/** What a handler threw in the thread, with the details it attached. */
export class HandlerError extends Error {
  override readonly name = "HandlerError";
  readonly details: unknown;

  constructor(message: string, details: unknown) {
    super(message);
    this.details = details;
  }
}

// biome-ignore lint/suspicious/noExplicitAny: handlers are only called in the thread
type HandlerFactory = (data: any, functions: any) => (request: any) => unknown;

const MAIN = `
const { parentPort, workerData } = require("node:worker_threads");
const ready = Promise.resolve().then(() => createHandler(workerData, functions));
parentPort.on("message", async ({ id, request }) => {
  try {
    const handle = await ready;
    parentPort.postMessage({ id, result: await handle(request) });
  } catch (error) {
    parentPort.postMessage({ id, error: { message: String(error?.message ?? error), details: error?.details } });
  }
});
`;

/**
 * A thread running `createHandler(data, functions)`; every request goes to the handler that it returned.
 * `functions` are what the handler calls (see script.ts for what they may use).
 */
export class ScriptWorker {
  readonly #worker: Worker;
  readonly #pending = new Map<number, PendingCall>();
  #nextId = 0;
  #failure: Error | undefined;

  constructor(createHandler: HandlerFactory, functions: ScriptFunctions, data: unknown) {
    const source = `${declareFunctions(functions)}const createHandler = ${createHandler.toString()};\n${MAIN}`;
    this.#worker = new Worker(source, {
      eval: true,
      workerData: data,
      execArgv: [],
    });
    this.#worker.unref();
    this.#worker.on("message", (answer: WorkerAnswer) => this.#settle(answer));
    this.#worker.on("error", (error) =>
      this.#fail(new ThreadError("a worker thread failed", { cause: error })),
    );
    this.#worker.on("exit", (code) => this.#fail(new ThreadError(`a worker thread ended with code ${code}`)));
  }

  /** True until the thread has ended. */
  get alive(): boolean {
    return this.#failure === undefined;
  }

  /**
   * Sends one request; the result is the handler's.
   * An abort ends the whole thread, with every request that it still has.
   * @throws HandlerError (what the handler threw), ThreadError, AbortedError
   */
  async call<Result>(request: unknown, options: CallOptions = {}): Promise<Result> {
    throwIfAborted(options.signal, "a request to a worker thread");
    if (this.#failure !== undefined) throw this.#failure;
    const id = this.#nextId++;
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#pending.set(id, { resolve, reject, onReport: options.onReport });
    });
    const onAbort = (): void => {
      this.#fail(
        new AbortedError("a request to a worker thread", {
          cause: options.signal?.reason,
        }),
      );
      void this.#worker.terminate();
    };
    options.signal?.addEventListener("abort", onAbort, { once: true });
    this.#worker.ref();
    try {
      this.#worker.postMessage({ id, request });
      return (await answer) as Result;
    } finally {
      options.signal?.removeEventListener("abort", onAbort);
      this.#pending.delete(id);
      if (this.#pending.size === 0) this.#worker.unref();
    }
  }

  /** Ends the thread; requests in progress are rejected. */
  async close(): Promise<void> {
    this.#fail(new ThreadError("the worker thread was closed"));
    await this.#worker.terminate();
  }

  #settle(answer: WorkerAnswer): void {
    const call = this.#pending.get(answer.id);
    if (answer.error !== undefined)
      call?.reject(new HandlerError(answer.error.message, answer.error.details));
    else if ("report" in answer) call?.onReport?.(answer.report);
    else call?.resolve(answer.result);
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const call of this.#pending.values()) call.reject(this.#failure);
    this.#pending.clear();
  }
}
