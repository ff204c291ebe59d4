// SPDX-License-Identifier: MIT
// Owns the documentation of what enters through L1: deposits, requests that users can force on the operator, the queue's
// fee and limit, the freeze, and the orderly shutdown. docs/decisions/030-forced-queue.md has the reasons and the numbers.
pragma solidity ^0.8.28;

/// @title The L1 queue: requests, their fee and limit, freeze and shutdown.
/// @notice Every request, forced or not, pays a fee in the chain's native coin. The fee is the operator's once a block
/// consumes the request. It rises with the load of the queue, and the load is limited, so that an operator who makes
/// one smallest block per block interval is never overdue. Times are in seconds; fees in wei of the native coin.
interface IL1Queue {
    /// @notice Terms of the queue, fixed at deployment.
    /// @param deadline Time within which a request must be consumed.
    /// @param blockInterval Longest time between two blocks of an operator that keeps up.
    /// @param requestFee Fee of a request into an idle queue.
    /// @param registerFee Least fee of a request that takes an index for good (Register, RegisterSeed).
    struct QueueTerms {
        uint32 deadline;
        uint32 blockInterval;
        uint96 requestFee;
        uint96 registerFee;
    }

    /// @notice A request's four public words, as in `RequestEnqueued`.
    struct QueuedRequest {
        uint256 head0;
        uint256 head1;
        uint256 route;
        uint256 value;
    }

    /// @notice Fees in wei of the native coin. Of what a request pays because others wait, all above sixteen times the base
    /// fee is burned and not counted here.
    /// @param waiting Paid for requests that no block has consumed yet.
    /// @param earned The operator's, not yet collected.
    struct Fees {
        uint128 waiting;
        uint128 earned;
    }

    /// @notice The rollup froze: no block follows, and everyone leaves by proof against `root`.
    /// @param overdue True when a request was not served in time, false at the end of an orderly shutdown.
    event Frozen(uint256 indexed root, uint64 blockNumber, uint64 consumedRequests, uint64 time, bool overdue);

    /// @notice The operator will shut down: nothing new comes in, blocks go on until `shutdownAt`.
    event ShutdownAnnounced(uint64 shutdownAt);

    /// @notice A deposit that no block consumed went back to the request's subject; `amount` in units.
    event DepositReclaimed(uint64 indexed requestIndex, address indexed recipient, uint256 amount);

    /// @notice Fees were paid out.
    event FeesCollected(address indexed recipient, uint256 amount);

    /// @notice What requests paid above the operator's part was sent to the zero address.
    event FeesBurned(uint256 amount);

    /// @notice The deadline is shorter than an hour, or the block interval is zero or leaves less than four blocks in it.
    error QueueTermsOutOfRange(uint32 deadline, uint32 blockInterval);
    /// @notice The registry of statements belongs to another registry of programs.
    error StatementRegistryMismatch(address programs);
    /// @notice No size of the block circuit can consume requests, or none can consume requests about orders.
    error NoCapacityForRequests();
    /// @notice The value sent does not cover the fee.
    error FeeTooLow(uint256 fee, uint256 given);
    /// @notice The queue takes no more now: `load` and the request's `weight` exceed `limit`. Try again later.
    error QueueFull(uint256 load, uint256 weight, uint256 limit);
    /// @notice The native coin could not be sent.
    error TransferFailed(address recipient, uint256 amount);

    /// @notice The caller has no account.
    error NoAccount(address caller);
    /// @notice The index does not lie in the half of the tree that orders take.
    error NotAnOrderIndex(uint32 index);
    /// @notice A word of the statement has a field out of range, so that no block could settle it.
    error StatementNotSettleable(uint256 programId, uint256 commitment);
    /// @notice The provider's account does not belong to the statement's provider.
    error ProviderMismatch(address provider, address owner);
    /// @notice An order has chunks 0 … 63.
    error ChunkOutOfRange(uint256 chunk);

    /// @notice The queue's code runs only by delegation from the rollup.
    error NotDelegated();

    /// @notice The rollup is frozen.
    error RollupFrozen(uint64 frozenAt);
    /// @notice The rollup is not frozen.
    error NotFrozen();
    /// @notice The rollup is shutting down: only requests that move something out are taken.
    error ShuttingDown(uint64 shutdownAt);
    /// @notice The shutdown is not due, or none was announced.
    error ShutdownNotDue(uint64 shutdownAt);
    /// @notice These are not the words of the queue's entry `requestIndex`.
    error NotTheRequest(uint64 requestIndex);
    /// @notice Every request is consumed.
    error NothingWaiting();
    /// @notice The request is not overdue before `due`.
    error NotOverdue(uint256 due);
    /// @notice The request was consumed by a block.
    error RequestConsumed(uint64 requestIndex);
    /// @notice The request brought no deposit.
    error NothingToReclaim(uint64 requestIndex);
    /// @notice The deposit was reclaimed already.
    error AlreadyReclaimed(uint64 requestIndex);

    /// @notice Registers the caller's account and deposits into it.
    /// @param ax x of the account's BabyJubJub key.
    /// @param ay y of the account's BabyJubJub key.
    /// @param amount Wei of CTZ, a whole number of units; may be 0.
    /// @return index The account's cell.
    function register(uint256 ax, uint256 ay, uint256 amount) external payable returns (uint32 index);

    /// @notice Registers an account for `owner`, who signed `RegisterPermission(address owner,uint256 ax,uint256 ay,
    /// uint256 nonce,uint256 deadline)` (EIP-712; ERC-1271 for contracts). The caller pays the deposit.
    /// @param deadline Last time at which the permission is valid.
    function registerFor(
        address owner,
        uint256 ax,
        uint256 ay,
        uint256 amount,
        uint256 deadline,
        bytes calldata signature
    ) external payable returns (uint32 index);

    /// @notice Deposits into any account.
    /// @param index The account's cell.
    /// @param amount Wei of CTZ, a whole number of units above 0.
    function deposit(uint32 index, uint256 amount) external payable;

    /// @notice Queues a seed's cell. Only the seed registry, which has checked the words.
    /// @param parametersCommitment First word of the request, below r.
    /// @param programId Second word of the request.
    /// @param subject `SeedSubject` word.
    /// @param payload `SeedPayload` word.
    /// @return index The seed's cell.
    function enqueueSeed(uint256 parametersCommitment, uint256 programId, uint256 subject, uint256 payload)
        external
        payable
        returns (uint32 index);

    /// @notice Asks for the whole balance of the caller's account as a withdrawal to the caller. It can't fail on L2.
    /// @return requestIndex Its place in the queue.
    function exitAccount() external payable returns (uint64 requestIndex);

    /// @notice Asks for what is left in escrow of the caller's order as a withdrawal to the caller. On L2 it is a no-op
    /// unless the order is open, its requester is the caller's account, and its deadline and the grace period had passed
    /// when the request was queued.
    /// @param orderIndex The order's cell.
    /// @return requestIndex Its place in the queue.
    function exitOrder(uint32 orderIndex) external payable returns (uint64 requestIndex);

    /// @notice Asks to settle a chunk of an order by a recorded statement. Anyone may ask; the provider is paid. On L2 it
    /// is a no-op unless the statement fits the order and the chunk is open.
    /// @param programId Program of the statement.
    /// @param commitment C of the statement.
    /// @param orderIndex The order's cell.
    /// @param providerIndex Account whose owner is the statement's provider.
    /// @param chunk Chunk of the order, 0 … 63.
    /// @return requestIndex Its place in the queue.
    function forcedSettle(uint256 programId, uint256 commitment, uint32 orderIndex, uint32 providerIndex, uint256 chunk)
        external
        payable
        returns (uint64 requestIndex);

    /// @notice Asks for a seed's whole vault as a withdrawal to `recipient`. Only the seed registry.
    function enqueueSeedExit(uint32 index, address recipient) external payable returns (uint64 requestIndex);

    /// @notice Replaces a seed's terms. Only the seed registry, which has checked the `SeedPayload` word.
    function enqueueSeedTerms(uint32 index, uint256 payload) external payable returns (uint64 requestIndex);

    /// @notice Sends what the operator earned in fees to the operator; an operator that takes no coin keeps it here. Burns
    /// what requests paid above the operator's part. Once the rollup is frozen, the fees of requests that were not consumed go to
    /// the pool. Anyone may call.
    /// @return earned Wei sent to the operator.
    function collectFees() external returns (uint256 earned);

    /// @notice Freezes the rollup when the oldest waiting request is overdue. Anyone may call.
    /// @param oldest Words of that request.
    function freeze(QueuedRequest calldata oldest) external;

    /// @notice Announces an orderly shutdown. Only the operator, once.
    /// @return at Time of the end, two deadlines from now.
    function announceShutdown() external returns (uint64 at);

    /// @notice Freezes the rollup at the end of an announced shutdown. Anyone may call.
    function completeShutdown() external;

    /// @notice After a freeze: sends the deposit of a request that no block consumed to its subject, the depositor (Deposit)
    /// or the account's owner (Register). Anyone may call.
    /// @param requestIndex Place in the queue.
    /// @param request Its words.
    function reclaimDeposit(uint64 requestIndex, QueuedRequest calldata request) external;
}
