// The program of the child process in which snarkjs runs. Self-contained (threads/script.ts): it gets the paths of
// the modules that it needs. snarkjs keeps worker threads running, works for seconds without yielding and can run
// out of memory; in an own process none of this reaches the caller, and an abort is simply the end of the process.

/** A request to the process. */
export interface SnarkjsRequest {
  readonly id: number;
  readonly provingKeyPath: string;
  readonly witness: Uint8Array;
}

/** An answer: progress, or the result in snarkjs's own form, or the message of what it threw. */
export type SnarkjsAnswer =
  | { readonly id: number; readonly kind: "progress"; readonly message: string }
  | { readonly id: number; readonly kind: "error"; readonly message: string }
  | {
      readonly id: number;
      readonly kind: "proof";
      readonly proof: { readonly pi_a: string[]; readonly pi_b: string[][]; readonly pi_c: string[] };
      readonly publicSignals: string[];
    };

/** The part of snarkjs that the process uses. */
interface SnarkjsModule {
  readonly groth16: {
    prove(
      provingKeyPath: string,
      witness: Uint8Array,
      logger: { debug(message: string): void },
    ): Promise<{ proof: { pi_a: string[]; pi_b: string[][]; pi_c: string[] }; publicSignals: string[] }>;
  };
}

/** Serves requests until the parent has gone. */
export function serveSnarkjs(load: (path: string) => unknown, snarkjsPath: string): void {
  const snarkjs = load(snarkjsPath) as SnarkjsModule;
  const send = (answer: SnarkjsAnswer): void => {
    process.send?.(answer);
  };
  process.on("disconnect", () => process.exit(0));
  // Ctrl-C reaches the whole process group; the parent decides what becomes of this process.
  process.on("SIGINT", () => undefined);
  let previous: Promise<void> = Promise.resolve();
  process.on("message", ({ id, provingKeyPath, witness }: SnarkjsRequest) => {
    const logger = { debug: (message: string) => send({ id, kind: "progress", message: String(message) }) };
    previous = previous.then(async () => {
      try {
        const { proof, publicSignals } = await snarkjs.groth16.prove(provingKeyPath, witness, logger);
        send({ id, kind: "proof", proof, publicSignals });
      } catch (error) {
        send({ id, kind: "error", message: error instanceof Error ? error.message : String(error) });
      }
    });
  });
}
