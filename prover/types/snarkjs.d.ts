// The parts of snarkjs that the tests use as an oracle; the package ships no types.
declare module "snarkjs" {
  export interface SnarkjsProof {
    pi_a: string[];
    pi_b: string[][];
    pi_c: string[];
    protocol: string;
    curve: string;
  }
  export const groth16: {
    prove(
      provingKey: string | Uint8Array,
      witness: string | Uint8Array,
    ): Promise<{ proof: SnarkjsProof; publicSignals: string[] }>;
    verify(verificationKey: object, publicSignals: string[], proof: SnarkjsProof): Promise<boolean>;
  };
  export const zKey: {
    exportVerificationKey(provingKey: string | Uint8Array): Promise<Record<string, unknown>>;
  };
  export const wtns: {
    check(r1cs: string | Uint8Array, witness: string | Uint8Array): Promise<boolean>;
    calculate(
      input: object,
      program: string | Uint8Array,
      output: { type: "mem"; data?: Uint8Array },
    ): Promise<void>;
  };
}
