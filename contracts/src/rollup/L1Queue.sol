// SPDX-License-Identifier: MIT
// What enters through L1: accounts, deposits, seeds, forced requests, and the freeze when requests are not served. Runs only
// by delegation from Rollup, on Rollup's state. What is checked here cannot fail on L2, or L2 must prove why it did.
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {BitMaps} from "@openzeppelin/contracts/utils/structs/BitMaps.sol";
import {Schema} from "../generated/Schema.sol";
import {IStatementRegistry} from "../proof/IStatementRegistry.sol";
import {IL1Queue} from "./IL1Queue.sol";
import {IRollup} from "./IRollup.sol";
import {QueueLoad} from "./QueueLoad.sol";
import {RollupStorage} from "./RollupStorage.sol";

/// @title The L1 queue, see {IL1Queue}.
contract L1Queue is IL1Queue, RollupStorage {
    using SafeERC20 for IERC20;
    using BitMaps for BitMaps.BitMap;

    bytes32 private constant PERMISSION_TYPE =
        keccak256("RegisterPermission(address owner,uint256 ax,uint256 ay,uint256 nonce,uint256 deadline)");

    address private immutable _self = address(this);

    /// @notice Hash of what this code was deployed for.
    bytes32 public immutable configuration;

    /// @dev A call to this contract itself would act on state that nobody reads.
    modifier onlyDelegated() {
        if (address(this) == _self) revert NotDelegated();
        _;
    }

    /// @param deployment The rollup's.
    /// @param circuits The rollup's.
    constructor(IRollup.Deployment memory deployment, IRollup.BlockCircuit[] memory circuits)
        RollupStorage(deployment, circuits)
    {
        configuration = keccak256(abi.encode(deployment, circuits));
    }

    /// @inheritdoc IL1Queue
    function register(uint256 ax, uint256 ay, uint256 amount)
        external
        payable
        nonReentrant
        onlyDelegated
        returns (uint32 index)
    {
        return _register(msg.sender, ax, ay, amount);
    }

    /// @inheritdoc IL1Queue
    function registerFor(
        address owner,
        uint256 ax,
        uint256 ay,
        uint256 amount,
        uint256 deadline,
        bytes calldata signature
    ) external payable nonReentrant onlyDelegated returns (uint32 index) {
        if (block.timestamp > deadline) revert IRollup.PermissionExpired(deadline);
        bytes32 digest =
            _hashTypedDataV4(keccak256(abi.encode(PERMISSION_TYPE, owner, ax, ay, _useNonce(owner), deadline)));
        if (!SignatureChecker.isValidSignatureNow(owner, digest, signature)) revert IRollup.InvalidPermission(owner);
        return _register(owner, ax, ay, amount);
    }

    /// @inheritdoc IL1Queue
    function deposit(uint32 index, uint256 amount) external payable nonReentrant onlyDelegated {
        _requireOpen();
        if (_accountOwners[index] == address(0)) revert IRollup.UnknownAccount(index);
        if (amount == 0) revert IRollup.ZeroAmount();
        uint256 units = _takeIn(amount);
        _enqueue(Schema.REQUEST_DEPOSIT, index, uint160(msg.sender), 0, 0, units, 0);
    }

    /// @inheritdoc IL1Queue
    function enqueueSeed(uint256 parametersCommitment, uint256 programId, uint256 subject, uint256 payload)
        external
        payable
        nonReentrant
        onlyDelegated
        returns (uint32 index)
    {
        _requireSeedRegistry();
        _requireOpen();
        index = _takeIndex();
        _enqueue(Schema.REQUEST_REGISTER_SEED, index, subject, parametersCommitment, programId, 0, payload);
    }

    /// @inheritdoc IL1Queue
    function exitAccount() external payable nonReentrant onlyDelegated returns (uint64) {
        return _enqueue(Schema.REQUEST_EXIT_ACCOUNT, _callersAccount(), uint160(msg.sender), 0, 0, 0, 0);
    }

    /// @inheritdoc IL1Queue
    function exitOrder(uint32 orderIndex) external payable nonReentrant onlyDelegated returns (uint64) {
        uint32 account = _callersAccount();
        _requireOrderIndex(orderIndex);
        return _enqueue(Schema.REQUEST_EXIT_ORDER, orderIndex, uint160(msg.sender), 0, 0, 0, account);
    }

    /// @inheritdoc IL1Queue
    function forcedSettle(uint256 programId, uint256 commitment, uint32 orderIndex, uint32 providerIndex, uint256 chunk)
        external
        payable
        nonReentrant
        onlyDelegated
        returns (uint64)
    {
        _requireOrderIndex(orderIndex);
        if (chunk >= Schema.MAXIMUM_CHUNKS) revert ChunkOutOfRange(chunk);
        IStatementRegistry.Recording memory recording = _statements.recording(programId, commitment);
        if (recording.time == 0) revert IStatementRegistry.StatementNotRecorded(programId, commitment);
        if (!recording.settleable) revert StatementNotSettleable(programId, commitment);
        address owner = _accountOwners[providerIndex];
        if (owner == address(0)) revert IRollup.UnknownAccount(providerIndex);
        if (owner != recording.provider) revert ProviderMismatch(recording.provider, owner);
        uint256 payload = Schema.packForcedSettlePayload(providerIndex, chunk);
        return _enqueue(Schema.REQUEST_FORCED_SETTLE, orderIndex, uint160(owner), commitment, programId, 0, payload);
    }

    /// @inheritdoc IL1Queue
    function enqueueSeedExit(uint32 index, address recipient)
        external
        payable
        nonReentrant
        onlyDelegated
        returns (uint64)
    {
        _requireSeedRegistry();
        return _enqueue(Schema.REQUEST_EXIT_SEED, index, uint160(recipient), 0, 0, 0, 0);
    }

    /// @inheritdoc IL1Queue
    function enqueueSeedTerms(uint32 index, uint256 payload)
        external
        payable
        nonReentrant
        onlyDelegated
        returns (uint64)
    {
        _requireSeedRegistry();
        return _enqueue(Schema.REQUEST_UPDATE_SEED_TERMS, index, 0, 0, 0, 0, payload);
    }

    /// @inheritdoc IL1Queue
    function freeze(QueuedRequest calldata oldest) external nonReentrant onlyDelegated {
        _requireLive();
        uint64 position = _state.consumedRequests;
        if (position == _queue.requestCount) revert NothingWaiting();
        _requireEntry(position, oldest);
        uint256 due = Schema.requestRoute_time(oldest.route) + _deadline;
        if (block.timestamp <= due) revert NotOverdue(due);
        _freeze(true);
    }

    /// @inheritdoc IL1Queue
    function announceShutdown() external onlyDelegated returns (uint64 at) {
        _checkOwner();
        _requireLive();
        _requireOpen();
        at = uint64(block.timestamp + 2 * uint256(_deadline));
        _queue.shutdownAt = uint40(at);
        emit ShutdownAnnounced(at);
    }

    /// @inheritdoc IL1Queue
    function completeShutdown() external nonReentrant onlyDelegated {
        _requireLive();
        if (!_isShutDown()) revert ShutdownNotDue(_queue.shutdownAt);
        _freeze(false);
    }

    /// @inheritdoc IL1Queue
    function reclaimDeposit(uint64 requestIndex, QueuedRequest calldata request) external nonReentrant onlyDelegated {
        if (_queue.frozenAt == 0) revert NotFrozen();
        if (requestIndex < _state.consumedRequests) revert RequestConsumed(requestIndex);
        _requireEntry(requestIndex, request);
        // Only requests that bring a deposit have an amount.
        uint256 units = Schema.requestValue_amount(request.value);
        if (units == 0) revert NothingToReclaim(requestIndex);
        if (_reclaimed.get(requestIndex)) revert AlreadyReclaimed(requestIndex);
        _reclaimed.set(requestIndex);
        _accounting.reclaimed += uint128(units);
        address recipient = address(uint160(Schema.requestRoute_subject(request.route)));
        emit DepositReclaimed(requestIndex, recipient, units);
        IERC20(_token).safeTransfer(recipient, units * UNIT);
    }

    /// @inheritdoc IL1Queue
    function collectFees() external nonReentrant onlyDelegated returns (uint256 earned) {
        Fees memory due = _fees;
        // What nobody is owed ({QueueLoad.OPERATOR_FEES}).
        uint256 surplus = address(this).balance - due.waiting - due.earned;
        uint256 unserved = _queue.frozenAt != 0 ? due.waiting : 0;
        _fees.waiting = due.waiting - uint128(unserved);
        if (surplus != 0) {
            emit FeesBurned(surplus);
            _send(address(0), surplus);
        }
        if (unserved != 0) {
            emit FeesCollected(_pool, unserved);
            _send(_pool, unserved);
        }
        // Who takes no coin holds up nobody else, and finds it here later.
        earned = due.earned;
        _fees.earned = 0;
        (bool sent,) = owner().call{value: earned}("");
        if (sent) {
            emit FeesCollected(owner(), earned);
        } else {
            _fees.earned = uint128(earned);
            earned = 0;
        }
    }

    function _requireSeedRegistry() private view {
        if (msg.sender != _seedRegistry) revert IRollup.NotSeedRegistry(msg.sender);
    }

    /// @dev Adds a request: takes its fee, counts its load, extends the queue's hash. Reverts when frozen or full.
    function _enqueue(
        uint256 kind,
        uint32 index,
        uint256 subject,
        uint256 head0,
        uint256 head1,
        uint256 units,
        uint256 payload
    ) private returns (uint64 position) {
        _requireLive();
        QueuedRequest memory request;
        (request.head0, request.head1) = (head0, head1);
        request.route = Schema.packRequestRoute(kind, index, block.timestamp, subject);
        request.value = Schema.packRequestValue(units, payload);
        uint256 fee = _admit(kind);
        position = _queue.requestCount;
        _queueHashes[position + 1] = _chain(_queueHashes[position], request);
        _queue.requestCount = uint48(position + 1);
        emit IRollup.RequestEnqueued(position, uint8(kind), index, head0, head1, request.route, request.value);
        if (msg.value > fee) _send(msg.sender, msg.value - fee);
    }

    /// @dev Requires `request` to be the queue's entry at `position`: the two hashes around it are known.
    function _requireEntry(uint64 position, QueuedRequest memory request) private view {
        if (position >= _queue.requestCount || _queueHashes[position + 1] != _chain(_queueHashes[position], request)) {
            revert NotTheRequest(position);
        }
    }

    function _register(address owner, uint256 ax, uint256 ay, uint256 amount) private returns (uint32 index) {
        _requireOpen();
        if (_accountIndices[owner] != 0) revert IRollup.AccountExists(owner, _accountIndices[owner]);
        _requireKey(ax, ay);
        index = _takeIndex();
        _accountIndices[owner] = index;
        _accountOwners[index] = owner;
        uint256 units = _takeIn(amount);
        emit IRollup.AccountRegistered(owner, index, ax, ay);
        _enqueue(Schema.REQUEST_REGISTER, index, uint160(owner), ax, ay, units, 0);
    }

    /// @dev Moves `amount` wei in and returns its units. CTZ is our own token: it moves exactly what it says.
    function _takeIn(uint256 amount) private returns (uint256 units) {
        if (amount % UNIT != 0) revert IRollup.AmountNotWholeUnits(amount);
        units = amount / UNIT;
        if (units == 0) return 0;
        _accounting.deposited += uint128(units);
        IERC20(_token).safeTransferFrom(msg.sender, address(this), amount);
    }

    function _takeIndex() private returns (uint32 index) {
        index = _queue.nextIndex;
        uint256 capacity = 1 << (2 * uint256(_depth) - 1);
        if (index >= capacity) revert IRollup.TreeFull(capacity);
        _queue.nextIndex = index + 1;
    }

    /// @dev Counts the request's load and takes its fee, which it returns.
    function _admit(uint256 kind) private returns (uint256 fee) {
        (uint256 load, uint256 level) = _load(_queue);
        uint256 weight = _isAboutOrder(kind) ? _orderWeight : _requestWeight;
        if (level + weight > _limit) revert QueueFull(level, weight, _limit);
        fee = _feeOf(kind, load);
        if (msg.value < fee) revert FeeTooLow(fee, msg.value);
        _queue.level = uint56(level + weight);
        _queue.levelTime = uint40(block.timestamp);
        if (fee == 0) return 0;
        uint256 most = QueueLoad.OPERATOR_FEES * _placesOf(kind) * _requestFee;
        _fees.waiting += uint128(fee < most ? fee : most);
    }

    function _freeze(bool overdue) private {
        _queue.frozenAt = uint40(block.timestamp);
        emit Frozen(_state.root, _state.blockNumber, _state.consumedRequests, uint64(block.timestamp), overdue);
    }

    function _callersAccount() private view returns (uint32 index) {
        index = _accountIndices[msg.sender];
        if (index == 0) revert NoAccount(msg.sender);
    }

    /// @dev Orders take the upper half of the tree.
    function _requireOrderIndex(uint32 index) private view {
        if (index >> (2 * uint256(_depth) - 1) != 1) revert NotAnOrderIndex(index);
    }
}
