// Makes clients: viem's public and wallet clients, the sequencer's transport, and the groups of actions.
import {
  type Account,
  type Address,
  type Chain,
  createPublicClient,
  createWalletClient,
  type Transport,
} from "viem";
import { type AccountKey, deriveAccountKey } from "../utils/accountKey.js";
import { createMutex } from "../utils/mutex.js";
import { type CatalyzeActions, catalyzeActions } from "./decorators.js";
import { fetchDeployment } from "./deployment.js";
import { requireWallet } from "./require.js";
import { createSequencerTransport } from "./sequencerTransport.js";
import type { BaseClient, Client, ProofVerifier } from "./types.js";

/** What {@link createCatalyzeClient} takes. */
export interface CreateCatalyzeClientParameters {
  readonly chain: Chain;
  /** viem transport to the chain, such as `http()` or `custom(window.ethereum)`. */
  readonly transport: Transport;
  /** viem account that owns the rollup account; reading works without. */
  readonly account?: Account | undefined;
  /** Key of the rollup account, when it isn't the one that the wallet's signature gives (a rotated key). */
  readonly accountKey?: AccountKey | undefined;
  /** Root of the sequencer's API. */
  readonly sequencerUrl: string;
  /** The rollup that must be served; without it the sequencer's own is taken. */
  readonly rollup?: Address | undefined;
  /** Verifies receipts' proofs: `verifyProof` of `@catalyze/prover`, or another. */
  readonly verifyProof?: ProofVerifier | undefined;
  /** Time between two looks of a wait; default 500. */
  readonly pollingIntervalMs?: number | undefined;
  /** Longest time for one request to the sequencer; default 30,000. */
  readonly timeoutMs?: number | undefined;
  /** Replaces the global `fetch` towards the sequencer. */
  readonly fetch?: typeof fetch | undefined;
}

/** A client with all actions. */
export type CatalyzeClient = Client<CatalyzeActions>;

const DEFAULT_POLLING_INTERVAL_MS = 500;

/** Remembers the value of the first success. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let value: Promise<T> | undefined;
  return () => {
    value ??= work().catch((error: unknown) => {
      value = undefined;
      throw error;
    });
    return value;
  };
}

function extendable<Extended extends object>(client: BaseClient & Extended): Client<Extended> {
  return {
    ...client,
    extend: <Next extends object>(actions: (client: BaseClient & Extended) => Next) =>
      extendable<Extended & Next>({ ...client, ...actions(client) }),
  };
}

/**
 * Makes a client. Nothing is sent before the first action.
 *
 * @example
 * const client = createCatalyzeClient({ chain: foundry, transport: http(), account, sequencerUrl, verifyProof });
 * const { results } = await client.run({ program, inputs, limit: parseCtz("0.01") });
 */
export function createCatalyzeClient(parameters: CreateCatalyzeClientParameters): CatalyzeClient {
  const { chain, transport, account, sequencerUrl, rollup, verifyProof, timeoutMs } = parameters;
  const pollingIntervalMs = parameters.pollingIntervalMs ?? DEFAULT_POLLING_INTERVAL_MS;
  const sequencer = createSequencerTransport({ url: sequencerUrl, timeoutMs, fetch: parameters.fetch });
  const publicClient = createPublicClient({ chain, transport, pollingInterval: pollingIntervalMs });
  const walletClient = account === undefined ? undefined : createWalletClient({ chain, transport, account });
  const getDeployment = once(() => fetchDeployment({ chain, publicClient, sequencer, rollup }));
  const base: BaseClient = {
    chain,
    account,
    publicClient,
    walletClient,
    sequencer,
    verifyProof,
    pollingIntervalMs,
    nonceMutex: createMutex(),
    rollup,
    getDeployment,
    getAccountKey: once(async () => {
      if (parameters.accountKey !== undefined) return parameters.accountKey;
      const wallet = requireWallet(base, "deriving the account's key");
      const deployment = await getDeployment();
      return deriveAccountKey({
        chainId: deployment.chainId,
        rollup: deployment.rollup,
        owner: wallet.account.address,
        signTypedData: (data) => wallet.walletClient.signTypedData({ ...data, account: wallet.account }),
      });
    }),
  };
  return extendable({ ...base, ...catalyzeActions(base) });
}
