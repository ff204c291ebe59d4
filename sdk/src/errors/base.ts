// The base of every error that the SDK throws: a short sentence, labelled context, a stable code, a way out, a cause.

/** What a {@link BaseError} is made of. */
export interface BaseErrorParameters {
  /** Stable identifier, in capitals. */
  readonly code: string;
  /** What the caller can do about it. */
  readonly wayOut?: string | undefined;
  /** Labelled values, printed one per line. */
  readonly context?: Readonly<Record<string, string | number | bigint>> | undefined;
  /** What led to this error. */
  readonly cause?: unknown;
}

const causeText = (cause: unknown): string | undefined => {
  if (cause instanceof BaseError) return cause.shortMessage;
  if (cause instanceof Error) {
    const short = (cause as { shortMessage?: unknown }).shortMessage;
    return typeof short === "string" ? short : cause.message;
  }
  return undefined;
};

/** An error of the SDK. `message` is for people, `code` for programs. */
export class BaseError extends Error {
  override readonly name: string = "BaseError";
  /** Stable identifier, in capitals. */
  readonly code: string;
  /** The first line of the message. */
  readonly shortMessage: string;
  /** What the caller can do about it. */
  readonly wayOut: string | undefined;
  /** Message of the cause, if any. */
  readonly details: string | undefined;

  constructor(shortMessage: string, parameters: BaseErrorParameters) {
    const { code, wayOut, context, cause } = parameters;
    const details = causeText(cause);
    const lines = [
      shortMessage,
      "",
      ...Object.entries(context ?? {}).map(([label, value]) => `${label}: ${value}`),
      ...(details === undefined ? [] : [`Cause: ${details}`]),
      ...(wayOut === undefined ? [] : [`Way out: ${wayOut}`]),
      `Code: ${code}`,
    ];
    super(lines.join("\n"), cause === undefined ? undefined : { cause });
    this.code = code;
    this.shortMessage = shortMessage;
    this.wayOut = wayOut;
    this.details = details;
  }

  /** The innermost cause, or the first one in the chain that satisfies `predicate`. */
  walk(predicate?: (error: unknown) => boolean): unknown {
    let current: unknown = this;
    for (let depth = 0; depth < 64; depth++) {
      if (predicate?.(current)) return current;
      const next = current instanceof Error ? current.cause : undefined;
      if (next === undefined) break;
      current = next;
    }
    return predicate === undefined ? current : undefined;
  }
}
