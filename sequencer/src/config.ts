// What a sequencer needs to know. The library takes values; `main.ts` reads them from a file and the environment.
import type { ProgramAdapter } from "@catalyze/circuits/reference";
import type { BlockSize } from "@catalyze/circuits/schema";
import { contractVerificationKey, type Proof, type VerificationKey } from "@catalyze/prover";
import type { Logger } from "pino";
import { encodePacked, keccak256 } from "viem";
import type { Clock, Random } from "./clock.js";
import type { FeeSchedule } from "./mempool/admission.js";

/** An L1 address. */
export type Address = `0x${string}`;

/** Addresses of a deployment. */
export interface DeploymentAddresses {
  readonly chainId: bigint;
  readonly rollup: Address;
  readonly token: Address;
  /** The binder of challenges and statements. */
  readonly programRegistry: Address;
  readonly seedRegistry: Address;
  readonly statementRegistry?: Address | undefined;
  /** Contracts that enforce what the operator signs; told to clients. */
  readonly receiptChallenge?: Address | undefined;
  readonly leaseChallenge?: Address | undefined;
  /** L1 block from which events are followed. */
  readonly deploymentBlock: bigint;
}

/** A size of the block circuit that this sequencer fills. */
export interface BlockCircuit {
  readonly size: BlockSize;
  /** Index in the rollup's table of sizes. */
  readonly sizeId: number;
  /** Name of the circuit in the build manifest. */
  readonly circuit: string;
  readonly verificationKey: VerificationKey;
}

/** A program whose statements are accepted. */
export interface ProgramEntry {
  readonly adapter: ProgramAdapter;
  readonly verificationKey: VerificationKey;
}

/** Verifies a Groth16 proof; `verifyProof` of `@catalyze/prover`. */
export type ProofVerifier = (
  verificationKey: VerificationKey,
  publicSignals: readonly bigint[],
  proof: Proof,
) => Promise<boolean>;

/** Where the store is: a directory of embedded PGlite, or a PostgreSQL connection string. */
export type StoreLocation = { readonly directory: string } | { readonly postgres: string };

/** Everything that {@link startSequencer} takes. */
export interface SequencerConfig {
  readonly deployment: DeploymentAddresses;
  readonly l1RpcUrl: string;
  /** Private key of the operator: signs receipts and leases, submits blocks. Never logged. */
  readonly operatorKey: `0x${string}`;
  readonly store: StoreLocation;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: a free port. */
  readonly port?: number;
  /** One size, or several of one ladder: each has room for whatever a smaller one has room for. */
  readonly block: BlockCircuit | readonly BlockCircuit[];
  readonly programs: readonly ProgramEntry[];
  /** Account that gets the fees. */
  readonly feeAccount: number;
  /** Least fees in units; default 0 each. */
  readonly fees?: FeeSchedule;
  /** How long a block gathers work; default 1,500 ms. */
  readonly lingerMs?: number;
  /** Pause between looks at L1; default 500 ms. */
  readonly l1PollMs?: number;
  /** L1 blocks on top of a request before it is used; default 0. */
  readonly confirmations?: number;
  /** Length of a provider's lease; default 300 s. */
  readonly leaseSeconds?: number;
  /** Bearer secret that block-proof workers must show; none by default. */
  readonly workerSecret?: string | undefined;
  readonly logger?: Logger | undefined;
  readonly clock?: Clock;
  readonly random?: Random;
  /** Replaced only in tests that are not about proofs. */
  readonly verifyProof?: ProofVerifier;
}

/** Id of a verification key: keccak256 of its 384 bytes >> 8 (docs/protocol.md §1). @throws VerificationKeyError */
export function programIdOf(verificationKey: VerificationKey): bigint {
  const { delta, ic } = contractVerificationKey(verificationKey);
  const words = [...delta, ...ic.flat()];
  return (
    BigInt(
      keccak256(
        encodePacked(
          words.map(() => "uint256" as const),
          words,
        ),
      ),
    ) >> 8n
  );
}
