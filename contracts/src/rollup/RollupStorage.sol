// SPDX-License-Identifier: MIT
// All state and all immutables of the rollup, and the few helpers that both of its parts need. The rollup's code is in two
// contracts, because one may have 24,576 bytes: Rollup, which users call, and L1Queue, to which Rollup delegates what
// enters through L1. Both inherit this and declare no state of their own, so they agree on the layout.
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {BitMaps} from "@openzeppelin/contracts/utils/structs/BitMaps.sol";
import {BabyJubJub} from "../curve/BabyJubJub.sol";
import {Schema} from "../generated/Schema.sol";
import {IProgramRegistry} from "../proof/IProgramRegistry.sol";
import {IStatementRegistry} from "../proof/IStatementRegistry.sol";
import {IL1Queue} from "./IL1Queue.sol";
import {IRollup} from "./IRollup.sol";
import {QueueLoad} from "./QueueLoad.sol";

/// @title State of {IRollup}.
abstract contract RollupStorage is EIP712, Nonces, ReentrancyGuardTransient, Ownable2Step {
    /// @dev One storage slot: what every request reads.
    /// @param level Load that drains with time, in the unit of {QueueLoad}.
    /// @param levelTime When `level` was computed.
    struct Queue {
        uint48 requestCount;
        uint32 nextIndex;
        uint56 level;
        uint40 levelTime;
        uint40 frozenAt;
        uint40 shutdownAt;
    }

    /// @dev Wei of one unit.
    uint256 internal constant UNIT = 1e9;

    IProgramRegistry internal immutable _programs;
    IStatementRegistry internal immutable _statements;
    address internal immutable _token;
    address internal immutable _pool;
    address internal immutable _seedRegistry;
    address internal immutable _exits;
    uint8 internal immutable _depth;
    uint32 internal immutable _deadline;
    uint32 internal immutable _blockInterval;
    uint96 internal immutable _requestFee;
    uint96 internal immutable _registerFee;
    uint256 internal immutable _limit;
    uint256 internal immutable _requestWeight;
    uint256 internal immutable _orderWeight;

    Queue internal _queue;
    IL1Queue.Fees internal _fees;
    mapping(uint64 count => bytes32) internal _queueHashes;
    mapping(address owner => uint32) internal _accountIndices;
    mapping(uint32 index => address) internal _accountOwners;
    IRollup.Accounting internal _accounting;
    /// @dev Deposits reclaimed after a freeze, by request.
    BitMaps.BitMap internal _reclaimed;
    IRollup.State internal _state;
    /// @dev Running hash of each epoch's blocks, {BlockHistory}.
    mapping(uint64 epoch => bytes32) internal _history;
    /// @dev Of blocks with withdrawals.
    mapping(uint64 blockNumber => bytes32) internal _withdrawalsRoots;
    mapping(uint64 blockNumber => BitMaps.BitMap) internal _claimed;

    constructor(IRollup.Deployment memory deployment, IRollup.BlockCircuit[] memory circuits)
        EIP712("Catalyze Rollup", "1")
        Ownable(deployment.operator)
    {
        if (deployment.token == address(0) || deployment.seedRegistry == address(0)) revert IRollup.ZeroAddress();
        if (deployment.depth == 0 || 2 * uint256(deployment.depth) > Schema.INDEX_BITS) {
            revert IRollup.DepthOutOfRange(deployment.depth);
        }
        if (deployment.programs == address(0) || deployment.pool == address(0)) revert IRollup.ZeroAddress();
        if (circuits.length == 0) revert IRollup.NoBlockSize();
        _programs = IProgramRegistry(deployment.programs);
        _pool = deployment.pool;
        _statements = IStatementRegistry(deployment.statementRegistry);
        address statementPrograms = address(_statements.programs());
        if (statementPrograms != deployment.programs) revert IL1Queue.StatementRegistryMismatch(statementPrograms);
        _token = deployment.token;
        _seedRegistry = deployment.seedRegistry;
        _exits = deployment.exits;
        _depth = deployment.depth;
        _deadline = deployment.queueTerms.deadline;
        _blockInterval = deployment.queueTerms.blockInterval;
        _requestFee = deployment.queueTerms.requestFee;
        _registerFee = deployment.queueTerms.registerFee;
        _limit = QueueLoad.limit(deployment.queueTerms);
        (_requestWeight, _orderWeight) = QueueLoad.weights(circuits);
        // Index 0 is never given: 0 means "no account", and it is the receiver of operations that have none.
        _queue.nextIndex = 1;
    }

    function _requireLive() internal view {
        if (_queue.frozenAt != 0) revert IL1Queue.RollupFrozen(_queue.frozenAt);
    }

    /// @dev Nothing new comes in once a shutdown was announced.
    function _requireOpen() internal view {
        if (_queue.shutdownAt != 0) revert IL1Queue.ShuttingDown(_queue.shutdownAt);
    }

    /// @dev Whether an announced shutdown is due.
    function _isShutDown() internal view returns (bool) {
        uint256 at = _queue.shutdownAt;
        return at != 0 && block.timestamp >= at;
    }

    /// @dev A key that signs operations: on BabyJubJub and not of small order.
    function _requireKey(uint256 ax, uint256 ay) internal pure {
        if (!BabyJubJub.isOnCurve(ax, ay)) revert IRollup.KeyNotOnCurve(ax, ay);
        if (BabyJubJub.isOfSmallOrder(ax, ay)) revert IRollup.KeyOfSmallOrder(ax, ay);
    }

    /// @dev The queue's hash after `request`, from the hash before it.
    function _chain(bytes32 before, IL1Queue.QueuedRequest memory request) internal pure returns (bytes32) {
        return keccak256(abi.encode(before, request.head0, request.head1, request.route, request.value));
    }

    function _send(address recipient, uint256 amount) internal {
        (bool sent,) = recipient.call{value: amount}("");
        if (!sent) revert IL1Queue.TransferFailed(recipient, amount);
    }

    /// @dev The level now, and the load that the fee rises with: the level, or the length of the queue if that is more.
    function _load(Queue memory queue) internal view returns (uint256 load, uint256 level) {
        level = QueueLoad.drained(queue.level, block.timestamp - queue.levelTime, _limit, _deadline);
        uint256 waiting = (queue.requestCount - _state.consumedRequests) * _requestWeight;
        load = waiting > level ? waiting : level;
    }

    /// @dev How many ordinary requests one of this kind counts as: a request about an order takes the room of several.
    function _placesOf(uint256 kind) internal view returns (uint256) {
        return _isAboutOrder(kind) ? (_orderWeight + _requestWeight - 1) / _requestWeight : 1;
    }

    function _isAboutOrder(uint256 kind) internal pure returns (bool) {
        return kind == Schema.REQUEST_EXIT_ORDER || kind == Schema.REQUEST_FORCED_SETTLE;
    }

    /// @dev What as many ordinary requests would pay, one after another. Who takes an index pays no less than its floor.
    function _feeOf(uint256 kind, uint256 load) internal view returns (uint256 fee) {
        uint256 places = _placesOf(kind);
        for (uint256 i = 0; i < places; i++) {
            fee += QueueLoad.fee(_requestFee, load + i * _requestWeight, _limit);
        }
        bool takesIndex = kind == Schema.REQUEST_REGISTER || kind == Schema.REQUEST_REGISTER_SEED;
        if (takesIndex && fee < _registerFee) fee = _registerFee;
    }
}
