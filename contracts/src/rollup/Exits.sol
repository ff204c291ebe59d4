// SPDX-License-Identifier: MIT
// Leaving a frozen rollup by proof under its last root. Owns which cells have left and which chunks of orders were paid; the
// rollup owns the money. Its two verification keys are fixed at deployment and never come from the open program registry.
pragma solidity ^0.8.28;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {BitMaps} from "@openzeppelin/contracts/utils/structs/BitMaps.sol";
import {Schema} from "../generated/Schema.sol";
import {IGroth16Verifier} from "../proof/IGroth16Verifier.sol";
import {IProgramRegistry} from "../proof/IProgramRegistry.sol";
import {IStatementRegistry} from "../proof/IStatementRegistry.sol";
import {PublicData} from "../proof/PublicData.sol";
import {VerificationKeys} from "../proof/VerificationKeys.sol";
import {ICTZ} from "../token/ICTZ.sol";
import {IExitRollup, IExits, IExitSeeds} from "./IExits.sol";

/// @title Exits, see {IExits}.
contract Exits is IExits, ReentrancyGuardTransient {
    using BitMaps for BitMaps.BitMap;

    /// @dev What was paid out of an order's escrow, in units, and for which chunks.
    struct Paid {
        uint128 amount;
        uint64 chunks;
    }

    /// @dev A statement's payment as its words say it.
    struct Payment {
        uint256 commitment;
        uint256 programId;
        uint256 index;
        uint256 chunk;
        uint256 escrow;
        uint64 seedId;
        uint256 royalty;
        uint256 burned;
        uint256 pool;
        address provider;
        uint256 providerAmount;
        address middleware;
        uint256 middlewareAmount;
    }

    /// @dev Wei of one unit.
    uint256 private constant UNIT = 1e9;
    uint256 private constant ESCROW_DELAY = 7 days;
    uint256 private constant CELL_HEADS = 1;
    uint256 private constant CELL_TAILS = 3;
    uint256 private constant SETTLEMENT_HEADS = 2;
    uint256 private constant SETTLEMENT_TAILS = 6;

    IExitRollup private immutable _rollup;
    IGroth16Verifier private immutable _verifier;
    address private immutable _binder;
    address private immutable _cellKey;
    address private immutable _settlementKey;
    /// @inheritdoc IExits
    uint256 public immutable override cellProgramId;
    /// @inheritdoc IExits
    uint256 public immutable override settlementProgramId;

    BitMaps.BitMap private _exited;
    mapping(uint256 index => Paid) private _paid;

    /// @param rollup_ The rollup; only its address is used here, it may be deployed later.
    /// @param programs Registry of programs of the rollup, the binder.
    /// @param cellKey Key of `exit`, 384 bytes.
    /// @param settlementKey Key of `exit-settlement`, 384 bytes.
    constructor(IExitRollup rollup_, IProgramRegistry programs, bytes memory cellKey, bytes memory settlementKey) {
        _rollup = rollup_;
        _binder = address(programs);
        _verifier = programs.verifier();
        _verifier.requireChainAllowed();
        VerificationKeys.requireValid(cellKey);
        VerificationKeys.requireValid(settlementKey);
        _cellKey = VerificationKeys.store(cellKey);
        _settlementKey = VerificationKeys.store(settlementKey);
        cellProgramId = VerificationKeys.programId(cellKey);
        settlementProgramId = VerificationKeys.programId(settlementKey);
    }

    /// @inheritdoc IExits
    function exitCell(bytes calldata words, uint256 commitment, uint256[8] calldata proof) external nonReentrant {
        uint256 frozenAt = _frozenAt();
        _verify(_cellKey, cellProgramId, CELL_HEADS, CELL_TAILS, words, commitment, proof);
        _requireRootAndDomain(_head(words, 0), _tail(words, CELL_HEADS, 0));
        uint256 cell = _tail(words, CELL_HEADS, 1);
        (uint256 index, uint256 kind) = (Schema.exitCell_index(cell), Schema.exitCell_kind(cell));
        uint256 amount = Schema.exitCell_amount(cell);
        if (kind == Schema.KIND_ORDER) {
            if (block.timestamp < frozenAt + ESCROW_DELAY) revert EscrowLocked(frozenAt + ESCROW_DELAY);
            amount -= _paid[index].amount;
        }
        if (_exited.get(index)) revert CellAlreadyExited(index);
        _exited.set(index);
        uint256 named = _tail(words, CELL_HEADS, 2);
        address recipient = kind == Schema.KIND_SEED ? _splitter(uint64(named)) : address(uint160(named));
        emit CellExited(index, kind, recipient, amount);
        _pay(recipient, amount);
    }

    /// @inheritdoc IExits
    function payStatement(bytes calldata words, uint256 commitment, uint256[8] calldata proof) external nonReentrant {
        _frozenAt();
        _verify(_settlementKey, settlementProgramId, SETTLEMENT_HEADS, SETTLEMENT_TAILS, words, commitment, proof);
        _requireRootAndDomain(_head(words, 0), _tail(words, SETTLEMENT_HEADS, 0));
        Payment memory payment = _payment(words);
        IStatementRegistry registry = IStatementRegistry(_rollup.statementRegistry());
        if (registry.recording(payment.programId, payment.commitment).time == 0) {
            revert StatementNotRecorded(payment.programId, payment.commitment);
        }
        _take(payment);
        emit StatementPaid(
            payment.index,
            payment.chunk,
            payment.provider,
            payment.commitment,
            payment.providerAmount,
            payment.middleware,
            payment.middlewareAmount,
            payment.seedId,
            payment.royalty,
            payment.burned,
            payment.pool
        );
        _pay(payment.provider, payment.providerAmount);
        _pay(payment.middleware, payment.middlewareAmount);
        if (payment.royalty != 0) _pay(_splitter(payment.seedId), payment.royalty);
        _pay(_rollup.pool(), payment.pool);
        if (payment.burned != 0) {
            _pay(address(this), payment.burned);
            ICTZ(_rollup.token()).burn(payment.burned * UNIT);
        }
    }

    /// @inheritdoc IExits
    function rollup() external view returns (address) {
        return address(_rollup);
    }

    /// @inheritdoc IExits
    function exitDomain() public view returns (uint256) {
        return PublicData.addressDomain(Schema.EXIT_DOMAIN, address(_rollup));
    }

    /// @inheritdoc IExits
    function escrowDelay() external pure returns (uint256) {
        return ESCROW_DELAY;
    }

    /// @inheritdoc IExits
    function isExited(uint256 index) external view returns (bool) {
        return _exited.get(index);
    }

    /// @inheritdoc IExits
    function paidOf(uint256 index) external view returns (uint256 amount, uint256 chunks) {
        Paid memory paid = _paid[index];
        return (paid.amount, paid.chunks);
    }

    function _frozenAt() private view returns (uint256 frozenAt) {
        frozenAt = _rollup.frozenAt();
        if (frozenAt == 0) revert RollupNotFrozen();
    }

    /// @dev Checks the words' exact length and heads, and the proof for them. Every word is used.
    function _verify(
        address key,
        uint256 programId,
        uint256 heads,
        uint256 tails,
        bytes calldata words,
        uint256 commitment,
        uint256[8] calldata proof
    ) private view {
        uint256[] memory segments = new uint256[](2);
        segments[0] = PublicData.headSegment(heads, heads);
        segments[1] = PublicData.tailSegment(tails, tails);
        uint256 z = PublicData.challenge(_binder, programId, commitment, keccak256(words));
        uint256 y = PublicData.evaluate(words, segments, z);
        if (!_verifier.verify(key, [commitment, y, z], proof)) revert InvalidProof();
    }

    function _requireRootAndDomain(uint256 root, uint256 domain) private view {
        uint256 last = _rollup.state().root;
        if (root != last) revert StateRootMismatch(last, root);
        if (domain != exitDomain()) revert ExitDomainMismatch(exitDomain(), domain);
    }

    /// @dev Marks the chunk as paid and counts what leaves the escrow. A second line behind the circuit: chunks of one order
    /// never sum to more than its escrow.
    function _take(Payment memory payment) private {
        if (_exited.get(payment.index)) revert CellAlreadyExited(payment.index);
        Paid memory paid = _paid[payment.index];
        uint64 bit = uint64(1) << uint64(payment.chunk);
        if (paid.chunks & bit != 0) revert ChunkAlreadyPaid(payment.index, payment.chunk);
        uint256 total = paid.amount + payment.providerAmount + payment.middlewareAmount + payment.royalty
            + payment.burned + payment.pool;
        if (total > payment.escrow) revert EscrowExceeded(payment.escrow, total);
        _paid[payment.index] = Paid(uint128(total), paid.chunks | bit);
    }

    function _payment(bytes calldata words) private pure returns (Payment memory payment) {
        payment.commitment = _head(words, 1);
        payment.programId = _tail(words, SETTLEMENT_HEADS, 1);
        uint256 chunk = _tail(words, SETTLEMENT_HEADS, 2);
        payment.index = Schema.exitChunk_index(chunk);
        payment.chunk = Schema.exitChunk_chunk(chunk);
        payment.escrow = Schema.exitChunk_escrow(chunk);
        payment.seedId = uint64(Schema.exitChunk_seedId(chunk));
        uint256 shares = _tail(words, SETTLEMENT_HEADS, 3);
        payment.royalty = Schema.exitShares_royalty(shares);
        payment.burned = Schema.exitShares_burn(shares);
        payment.pool = Schema.exitShares_pool(shares);
        uint256 provider = _tail(words, SETTLEMENT_HEADS, 4);
        payment.provider = address(uint160(Schema.withdrawalWord_recipient(provider)));
        payment.providerAmount = Schema.withdrawalWord_amount(provider);
        uint256 middleware = _tail(words, SETTLEMENT_HEADS, 5);
        payment.middleware = address(uint160(Schema.withdrawalWord_recipient(middleware)));
        payment.middlewareAmount = Schema.withdrawalWord_amount(middleware);
    }

    function _splitter(uint64 seedId) private view returns (address) {
        return IExitSeeds(_rollup.seedRegistry()).splitter(seedId);
    }

    function _pay(address recipient, uint256 amount) private {
        if (amount != 0) _rollup.payExit(recipient, amount);
    }

    /// @dev Head word `i` of words whose length was checked.
    function _head(bytes calldata words, uint256 i) private pure returns (uint256) {
        return uint256(bytes32(words[i * Schema.HEAD_BYTES:(i + 1) * Schema.HEAD_BYTES]));
    }

    /// @dev Tail word `i` after `heads` head words.
    function _tail(bytes calldata words, uint256 heads, uint256 i) private pure returns (uint256) {
        uint256 offset = heads * Schema.HEAD_BYTES + i * Schema.TAIL_BYTES;
        return uint248(bytes31(words[offset:offset + Schema.TAIL_BYTES]));
    }
}
