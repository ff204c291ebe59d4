// One handler for each route of the shared table.
import type { api } from "@catalyze/sdk";
import type { z } from "zod";
import { leaseChunk, reportChunkFailure, reportChunkProgress } from "../broker/chunks.js";
import {
  getProofJob,
  leaseProof,
  reportProofFailure,
  reportProofProgress,
  submitProof,
} from "../broker/proofs.js";
import { submitStatement } from "../broker/statements.js";
import type { ProofChecker } from "../broker/verification.js";
import { submitOperation } from "../core/accept.js";
import type { Context } from "../core/context.js";
import {
  viewAccount,
  viewAccountByOwner,
  viewBlock,
  viewInfo,
  viewOperation,
  viewOrder,
  viewOrderResults,
  viewOrders,
  viewSeed,
  viewSeeds,
  viewWithdrawals,
} from "./views.js";

type Routes = typeof api.routes;

/** Value of an optional part of a route. */
type Part<Route, Name extends string> = Route extends { readonly [K in Name]: infer Schema extends z.ZodType }
  ? z.output<Schema>
  : undefined;

/** What a handler gets: validated and decoded. */
export interface HandlerInput<Name extends keyof Routes> {
  readonly params: Part<Routes[Name], "params">;
  readonly query: Part<Routes[Name], "query">;
  readonly body: Part<Routes[Name], "body">;
}

/** Handlers by route; answers are encoded with the route's schema. */
export type Handlers = {
  readonly [Name in keyof Routes]: (input: HandlerInput<Name>) => Promise<z.output<Routes[Name]["response"]>>;
};

const OK = { status: "ok" } as const;

/** The sequencer's handlers. */
export function createHandlers(context: Context, checker: ProofChecker): Handlers {
  return {
    getInfo: () => viewInfo(context),
    getAccount: async ({ params }) => viewAccount(context, params.index),
    getAccountByOwner: async ({ params }) => viewAccountByOwner(context, params.owner),
    getSeeds: () => viewSeeds(context),
    getSeed: ({ params }) => viewSeed(context, params.index),
    getOrders: ({ query }) => viewOrders(context, query.requester),
    getOrder: ({ params }) => viewOrder(context, BigInt(params.id)),
    getOrderResults: ({ params }) => viewOrderResults(context, BigInt(params.id)),
    submitOperation: ({ body }) => submitOperation(context, body),
    getOperation: ({ params }) => viewOperation(context, BigInt(params.message)),
    getBlock: ({ params }) => viewBlock(context, params.number),
    getWithdrawals: ({ params }) => viewWithdrawals(context, params.number),
    leaseProof: async ({ body }) => ({ lease: (await leaseProof(context, body)) ?? null }),
    getProofJob: ({ params }) => getProofJob(context, params.id),
    reportProofProgress: async ({ params, body }) => ({
      until: await reportProofProgress(context, params.id, body),
    }),
    reportProofFailure: async ({ params, body }) => {
      await reportProofFailure(context, params.id, body);
      return OK;
    },
    submitProof: async ({ params, body }) => ({
      status: await submitProof(context, checker, params.id, body),
    }),
    leaseChunk: async ({ body }) => ({ lease: (await leaseChunk(context, body)) ?? null }),
    reportChunkProgress: async ({ params, body }) => ({
      until: await reportChunkProgress(context, params.id, body),
    }),
    reportChunkFailure: async ({ params, body }) => {
      await reportChunkFailure(context, params.id, body);
      return OK;
    },
    submitStatement: ({ body }) => submitStatement(context, checker, body),
  };
}
