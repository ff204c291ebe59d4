// The `snarkjs` backend: works everywhere, without native code. It keeps one child process, started with the first
// proof, that proves one request after the other and uses all processors for each.

import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { AbortedError, BackendError, throwIfAborted } from "../errors.js";
import { declareFunctions } from "../threads/script.js";
import type { ProveParameters, ProvePhase, ProveProgress, ProverBackend } from "./backend.js";
import type { ProvenSignals } from "./proof.js";
import { type SnarkjsAnswer, type SnarkjsRequest, serveSnarkjs } from "./snarkjs-process.js";

/** What snarkjs logs at each step, and the share of a typical proof that is done by then. */
const STEPS: readonly (readonly [prefix: string, phase: ProvePhase, fraction: number])[] = [
  ["Reading Wtns", "loading", 0.01],
  ["Building ABC", "constraints", 0.02],
  ["IFFT_A", "transforms", 0.15],
  ["IFFT_B", "transforms", 0.22],
  ["IFFT_C", "transforms", 0.29],
  ["Join ABC", "transforms", 0.36],
  ["Reading A Points", "points", 0.38],
  ["Reading B1 Points", "points", 0.48],
  ["Reading B2 Points", "points", 0.55],
  ["Reading C Points", "points", 0.72],
  ["Reading H Points", "points", 0.8],
];

interface PendingProof {
  readonly parameters: ProveParameters;
  readonly resolve: (result: ProvenSignals) => void;
  readonly reject: (error: Error) => void;
}

/** The backend that runs snarkjs in a child process. */
export class SnarkjsBackend implements ProverBackend {
  readonly name = "snarkjs";
  readonly #pending = new Map<number, PendingProof>();
  #child: ChildProcess | undefined;
  #nextId = 0;

  async prove(parameters: ProveParameters): Promise<ProvenSignals> {
    const { signal } = parameters;
    throwIfAborted(signal, "the proof");
    const child = this.#start();
    const id = this.#nextId++;
    const result = new Promise<ProvenSignals>((resolve, reject) => {
      this.#pending.set(id, { parameters, resolve, reject });
    });
    const onAbort = (): void => this.#abort(id, signal?.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      this.#send(child, id, parameters);
      return await result;
    } finally {
      signal?.removeEventListener("abort", onAbort);
      this.#pending.delete(id);
      if (this.#pending.size === 0) setReferenced(child, false);
    }
  }

  async close(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#fail(child, new BackendError(this.name, "the backend was closed"));
    await ended(child);
  }

  #start(): ChildProcess {
    if (this.#child === undefined) {
      const snarkjsPath = createRequire(import.meta.url).resolve("snarkjs");
      const program = `${declareFunctions({ serveSnarkjs })}serveSnarkjs(require, ${JSON.stringify(snarkjsPath)});`;
      const child = spawn(process.execPath, ["--eval", program], {
        stdio: ["ignore", "ignore", "inherit", "ipc"],
        serialization: "advanced",
      });
      child.on("message", (answer: SnarkjsAnswer) => this.#settle(answer));
      child.on("error", (error) =>
        this.#fail(child, new BackendError(this.name, "no process", { cause: error })),
      );
      child.on("exit", (code, signal) => {
        this.#fail(child, new BackendError(this.name, `its process ended with ${signal ?? `code ${code}`}`));
      });
      this.#child = child;
    }
    setReferenced(this.#child, true);
    return this.#child;
  }

  #send(child: ChildProcess, id: number, { provingKeyPath, witness }: ProveParameters): void {
    const request: SnarkjsRequest = { id, provingKeyPath, witness };
    child.send(request, (error) => {
      if (error !== null) {
        this.#pending
          .get(id)
          ?.reject(new BackendError(this.name, "its process takes no request", { cause: error }));
      }
    });
  }

  /** The process can't be interrupted: it is ended, and the other requests are sent to a new one. */
  #abort(id: number, reason: unknown): void {
    this.#pending.get(id)?.reject(new AbortedError("the proof", { cause: reason }));
    this.#pending.delete(id);
    const child = this.#child;
    this.#child = undefined;
    child?.kill("SIGKILL");
    if (this.#pending.size === 0) return;
    const next = this.#start();
    for (const [otherId, { parameters }] of this.#pending) this.#send(next, otherId, parameters);
  }

  #fail(child: ChildProcess, error: Error): void {
    if (child !== this.#child) return;
    this.#child = undefined;
    child.kill("SIGKILL");
    for (const pending of this.#pending.values()) pending.reject(error);
    this.#pending.clear();
  }

  #settle(answer: SnarkjsAnswer): void {
    const pending = this.#pending.get(answer.id);
    if (pending === undefined) return;
    if (answer.kind === "progress") {
      const progress = progressOf(answer.message);
      if (progress !== undefined) pending.parameters.onProgress?.(progress);
    } else if (answer.kind === "error") {
      pending.reject(new BackendError(this.name, answer.message));
    } else {
      pending.resolve(decodeAnswer(answer));
    }
  }
}

function progressOf(message: string): ProveProgress | undefined {
  const step = STEPS.find(([prefix]) => message.startsWith(prefix));
  return step && { phase: step[1], fraction: step[2] };
}

function decodeAnswer({ proof, publicSignals }: Extract<SnarkjsAnswer, { kind: "proof" }>): ProvenSignals {
  const number = (value: string | undefined): bigint => BigInt(value ?? "");
  const pair = (values: string[] | undefined): [bigint, bigint] => [number(values?.[0]), number(values?.[1])];
  return {
    proof: {
      a: { x: number(proof.pi_a[0]), y: number(proof.pi_a[1]) },
      b: { x: pair(proof.pi_b[0]), y: pair(proof.pi_b[1]) },
      c: { x: number(proof.pi_c[0]), y: number(proof.pi_c[1]) },
    },
    publicSignals: publicSignals.map(BigInt),
  };
}

/** Whether the child keeps this process alive: only while it works. */
function setReferenced(child: ChildProcess, referenced: boolean): void {
  // `channel` has ref and unref in Node; the declared type leaves them out.
  const channel = child.channel as { ref(): void; unref(): void } | null | undefined;
  if (referenced) {
    child.ref();
    channel?.ref();
  } else {
    child.unref();
    channel?.unref();
  }
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.ref();
  });
}
