// A tiny program for tests: jobs and results are one byte, a result is three times the input plus the parameter, mod 256.
import { type ProgramAdapter, sponge } from "@catalyze/circuits/reference";
import type { VerificationKey } from "@catalyze/prover";

const toWords = (bytes: Uint8Array): bigint[] => [BigInt(bytes.length), ...[...bytes].map(BigInt)];

/** The program. Its commitments are sponges over the bytes; its circuit takes them as they are. */
export const tripleProgram: ProgramAdapter = {
  name: "triple",
  chunkSize: 4,
  inputBytes: 1,
  resultBytes: 1,
  parametersCommitment(parameters) {
    if (parameters.length !== 1) throw new Error("one byte of parameters");
    return sponge(1n << 100n, toWords(parameters));
  },
  inputsRoot: (inputs) => sponge(2n << 100n, toWords(inputs)),
  resultsRoot: (results) => sponge(3n << 100n, toWords(results)),
  run: (parameters, inputs) => inputs.map((input) => (3 * input + parameters[0]!) % 256),
  circuitInput: () => ({}),
};

const G2 = [
  [
    "10857046999023057135944570762232829481370756359578518086990519993285655852781",
    "11559732032986387107991004021392285783925812861821192530917403151452391805634",
  ],
  [
    "8495653923123431417604973247489272438418190587263600148770280649306958101930",
    "4082367875863433681332203403145435568316851327593401208105741076214120093531",
  ],
  ["1", "0"],
];
const Q = 21888242871839275222246405745257275088696311157297823662689037894645226208583n;
const negated = [G2[0]!, G2[1]!.map((part) => (Q - BigInt(part)).toString()), G2[2]!];

/** A well-formed key that nobody has proofs for: only where verification is replaced. `mark`, 1 to 16, makes keys differ. */
export const emptyKey = (mark: number): VerificationKey => {
  const point = ["1", "2", "1"];
  const opposite = ["1", (Q - 2n).toString(), "1"];
  return {
    protocol: "groth16",
    curve: "bn128",
    nPublic: 3,
    vk_alpha_1: point,
    vk_beta_2: G2,
    vk_gamma_2: G2,
    vk_delta_2: negated,
    IC: [0, 1, 2, 3].map((bit) => ((mark - 1) & (1 << bit) ? opposite : point)),
  };
};
