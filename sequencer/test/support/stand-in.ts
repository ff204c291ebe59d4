// Circuits with the public interface of the real ones and no meaning: C and y are whatever the prover says. Keys, proofs
// and their verification, off chain and on, are real and take seconds; what the real circuits prove is tested elsewhere.
import { join } from "node:path";
import { compileCircuit } from "@catalyze/circuits/build";
import {
  contractVerificationKey,
  ensureDevelopmentKey,
  generateWitness,
  proofToJson,
  prove,
  readVerificationKey,
  selectBackend,
  type VerificationKey,
} from "@catalyze/prover";
import type { api } from "@catalyze/sdk";
import { concatBytes, numberToBytes } from "viem";

/** A stand-in circuit with its key. */
export interface StandIn {
  readonly wasmPath: string;
  readonly provingKeyPath: string;
  readonly verificationKey: VerificationKey;
  /** The 384 bytes that go on chain. */
  readonly keyBytes: Uint8Array;
}

/** Compiles a stand-in and makes its development key; `turns` makes circuits differ. */
export async function standIn(name: string, turns: number, folder: string): Promise<StandIn> {
  const source = `pragma circom 2.2.0;

template StandIn(turns) {
    signal input commitment;
    signal input evaluation;
    signal input z;
    signal output c;
    signal output y;
    signal power[turns + 1];
    power[0] <== z;
    for (var i = 0; i < turns; i++) {
        power[i + 1] <== power[i] * z + commitment * 3;
    }
    c <== commitment;
    y <== evaluation;
    signal product <== c * y;
}

component main { public [z] } = StandIn(${turns});
`;
  const { r1csPath, wasmPath } = await compileCircuit({ name, source, outputDirectory: join(folder, name) });
  const provingKeyPath = await ensureDevelopmentKey({ r1csPath, cacheDirectory: folder, threadCount: 1 });
  const verificationKey = await readVerificationKey(provingKeyPath);
  const { delta, ic } = contractVerificationKey(verificationKey);
  const words = [...delta, ...ic.flat()].map((word) => numberToBytes(word, { size: 32 }));
  return { wasmPath, provingKeyPath, verificationKey, keyBytes: concatBytes(words) };
}

/** A real proof of the stand-in with these public signals. */
export async function proveStandIn(circuit: StandIn, signals: readonly bigint[]): Promise<api.Groth16Proof> {
  const [commitment, evaluation, z] = signals as [bigint, bigint, bigint];
  const witness = await generateWitness({
    programPath: circuit.wasmPath,
    input: { commitment, evaluation, z },
  });
  const { provingKeyPath, verificationKey } = circuit;
  const { proof } = await prove(selectBackend(), { provingKeyPath, verificationKey, witness });
  return proofToJson(proof);
}
