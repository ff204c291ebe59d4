// The client without actions: what every action takes as its first argument.
import type { ProgramAdapter } from "@catalyze/circuits/reference";
import type { Proof, VerificationKey } from "@catalyze/prover";
import type { Account, Address, Chain, PublicClient, Transport, WalletClient } from "viem";
import type { InfoResponse } from "../api/index.js";
import type { AccountKey } from "../utils/accountKey.js";
import type { Mutex } from "../utils/mutex.js";
import type { SequencerTransport } from "./sequencerTransport.js";

/**
 * Verifies a Groth16 proof over BN254; `verifyProof` of `@catalyze/prover` is one. The SDK takes it from outside, so
 * that it carries no curve implementation of its own.
 */
export type ProofVerifier = (
  verificationKey: VerificationKey,
  publicSignals: readonly bigint[],
  proof: Proof,
) => Promise<boolean>;

/** What the sequencer says of its deployment, after the client has compared it with the chain. */
export type Deployment = InfoResponse;

/** A program with how its jobs look in code. */
export interface TypedProgram<Input, Result> {
  readonly adapter: ProgramAdapter;
  /** Bytes of one job's input, `adapter.inputBytes` long. */
  readonly encodeInput: (input: Input) => Uint8Array;
  /** Inverse for one job's result, `adapter.resultBytes` long. */
  readonly decodeResult: (bytes: Uint8Array) => Result;
  /**
   * Id of the program's verification key, when the caller knows it. Without it the sequencer's table of programs is
   * believed, which lets a dishonest operator name another circuit.
   */
  readonly programId?: bigint | undefined;
}

/** A client without actions. */
export interface BaseClient {
  readonly chain: Chain;
  readonly account: Account | undefined;
  readonly publicClient: PublicClient<Transport, Chain>;
  readonly walletClient: WalletClient<Transport, Chain, Account> | undefined;
  readonly sequencer: SequencerTransport;
  readonly verifyProof: ProofVerifier | undefined;
  /** Time between two looks of a wait. */
  readonly pollingIntervalMs: number;
  /** Orders what takes the account's next nonce. */
  readonly nonceMutex: Mutex;
  /** The rollup that the caller named; the sequencer's own without it. */
  readonly rollup: Address | undefined;
  /** What the deployment fixes, fetched and checked once. @throws {DeploymentMismatchError} */
  getDeployment(): Promise<Deployment>;
  /** The account's key, derived once. @throws {ClientOptionMissingError} without an account. */
  getAccountKey(): Promise<AccountKey>;
}

/** A client with the actions of `Extended`. */
export type Client<Extended extends object = object> = BaseClient &
  Extended & {
    /** Adds actions, made from the client. */
    extend<Next extends object>(actions: (client: BaseClient & Extended) => Next): Client<Extended & Next>;
  };
