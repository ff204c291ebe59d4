// SPDX-License-Identifier: MIT
// Reading the words of a block's vector (docs/protocol.md §1) from calldata. `parse` checks the exact length; every
// reader below assumes a parsed block and an index below its count.
pragma solidity ^0.8.28;

import {Schema} from "../generated/Schema.sol";
import {PublicData} from "../proof/PublicData.sol";
import {BlockSizes} from "./BlockSizes.sol";

/// @title The block's vector in calldata.
library BlockWords {
    /// @dev Header and counts of a block.
    struct Header {
        uint256 oldRoot;
        uint256 newRoot;
        uint256 operationDomain;
        uint256 statementDomain;
        uint256 meta;
        uint256 totals;
        uint256 requests;
        uint256 settlements;
        uint256 orders;
        uint256 rotations;
        uint256 distributions;
        uint256 withdrawals;
        uint256 cells;
    }

    uint256 private constant HEAD = Schema.HEAD_BYTES;
    uint256 private constant TAIL = Schema.TAIL_BYTES;
    uint256 private constant HEADER = Schema.ROOT_WORDS * HEAD;
    /// @dev Bytes before the first repeated segment.
    uint256 internal constant FIXED_LENGTH = HEADER + Schema.HEADER_WORDS * TAIL;
    uint256 private constant REQUEST_BYTES = Schema.REQUEST_HEADS * HEAD + Schema.REQUEST_TAILS * TAIL;
    uint256 private constant ORDER_BYTES = Schema.ORDER_HEADS * HEAD + Schema.ORDER_TAILS * TAIL;
    uint256 private constant ROTATION_BYTES = Schema.ROTATION_HEADS * HEAD + TAIL;
    uint256 private constant DISTRIBUTION_BYTES = HEAD + TAIL;
    uint256 private constant SEGMENTS = 14;

    /// @dev Reads the header. Reverts with `WordsLengthMismatch` unless the length is exactly what the counts need.
    function parse(bytes calldata words) internal pure returns (Header memory header) {
        if (words.length < FIXED_LENGTH) revert PublicData.WordsLengthMismatch(FIXED_LENGTH, words.length);
        header.oldRoot = _head(words, 0);
        header.newRoot = _head(words, HEAD);
        header.operationDomain = _tail(words, HEADER);
        header.statementDomain = _tail(words, HEADER + TAIL);
        uint256 meta = _tail(words, Schema.BLOCK_META_OFFSET);
        header.meta = meta;
        header.totals = _tail(words, HEADER + 3 * TAIL);
        header.requests = Schema.blockMeta_requests(meta);
        header.settlements = Schema.blockMeta_settlements(meta);
        header.orders = Schema.blockMeta_orders(meta);
        header.rotations = Schema.blockMeta_rotations(meta);
        header.distributions = Schema.blockMeta_distributions(meta);
        header.withdrawals = Schema.blockMeta_withdrawals(meta);
        header.cells = Schema.blockMeta_cells(meta);
        uint256 expected;
        // Counts are below 2^16.
        unchecked {
            expected = _withdrawalsOffset(header) + (header.withdrawals + header.cells) * TAIL;
        }
        if (words.length != expected) revert PublicData.WordsLengthMismatch(expected, words.length);
    }

    /// @dev y of the vector under the capacities of a packed size ({BlockSizes}). Checks the counts, and heads below r.
    function evaluate(bytes calldata words, Header memory header, uint256 size, uint256 z)
        internal
        pure
        returns (uint256)
    {
        PublicData.Cursor memory cursor = PublicData.start(words, z);
        // From the last segment to the first. Counts and capacities are below 2^16.
        _read(cursor, 13, 0, 1, BlockSizes.cells(size), header.cells);
        _read(cursor, 12, 0, 1, BlockSizes.withdrawals(size), header.withdrawals);
        _read(cursor, 10, 1, 1, BlockSizes.distributions(size), header.distributions);
        _read(cursor, 8, Schema.ROTATION_HEADS, 1, BlockSizes.rotations(size), header.rotations);
        _read(cursor, 6, Schema.ORDER_HEADS, Schema.ORDER_TAILS, BlockSizes.orders(size), header.orders);
        _read(cursor, 4, 1, 1, BlockSizes.settlements(size), header.settlements);
        _read(cursor, 2, Schema.REQUEST_HEADS, Schema.REQUEST_TAILS, BlockSizes.requests(size), header.requests);
        PublicData.read(cursor, false, Schema.HEADER_WORDS, Schema.HEADER_WORDS);
        PublicData.read(cursor, true, Schema.ROOT_WORDS, Schema.ROOT_WORDS);
        if (!cursor.inField) PublicData.revertAtWord(words, _usedSegments(header));
        return cursor.y;
    }

    /// @dev Reads `count` entries of `heads` head words in segment `segment` and of `tails` tail words in the one after it.
    /// Without head words there is the second only, and it has the number.
    function _read(
        PublicData.Cursor memory cursor,
        uint256 segment,
        uint256 heads,
        uint256 tails,
        uint256 capacity,
        uint256 count
    ) private pure {
        unchecked {
            if (count == 0) {
                cursor.unused += (heads + tails) * capacity;
                return;
            }
            if (count > capacity) {
                uint256 words = heads == 0 ? tails : heads;
                revert PublicData.TooManyWords(segment, words * count, words * capacity);
            }
            PublicData.read(cursor, false, tails * capacity, tails * count);
            if (heads != 0) PublicData.read(cursor, true, heads * capacity, heads * count);
        }
    }

    /// @dev Segments that are full, to find a word among those given.
    function _usedSegments(Header memory header) private pure returns (uint256[] memory result) {
        result = new uint256[](SEGMENTS);
        uint256[SEGMENTS] memory used = [
            Schema.ROOT_WORDS,
            Schema.HEADER_WORDS,
            Schema.REQUEST_HEADS * header.requests,
            Schema.REQUEST_TAILS * header.requests,
            header.settlements,
            header.settlements,
            Schema.ORDER_HEADS * header.orders,
            Schema.ORDER_TAILS * header.orders,
            Schema.ROTATION_HEADS * header.rotations,
            header.rotations,
            header.distributions,
            header.distributions,
            header.withdrawals,
            header.cells
        ];
        for (uint256 i = 0; i < SEGMENTS; i++) {
            // Heads are 0, 2, 4, 6, 8 and 10.
            bool head = i % 2 == 0 && i < 12;
            result[i] = head ? PublicData.headSegment(used[i], used[i]) : PublicData.tailSegment(used[i], used[i]);
        }
    }

    /// @dev The queue's hash after the block's requests, from the hash before them.
    function chainRequests(bytes calldata words, Header memory header, bytes32 queueHash)
        internal
        pure
        returns (bytes32)
    {
        uint256 tails = FIXED_LENGTH + header.requests * Schema.REQUEST_HEADS * HEAD;
        for (uint256 i = 0; i < header.requests; i++) {
            uint256 head = FIXED_LENGTH + i * Schema.REQUEST_HEADS * HEAD;
            uint256 tail = tails + i * Schema.REQUEST_TAILS * TAIL;
            queueHash = keccak256(
                abi.encode(
                    queueHash,
                    _head(words, head),
                    _head(words, head + HEAD),
                    _tail(words, tail),
                    _tail(words, tail + TAIL)
                )
            );
        }
        return queueHash;
    }

    /// @dev C and program id of settlement `i`.
    function settlement(bytes calldata words, Header memory header, uint256 i)
        internal
        pure
        returns (uint256 commitment, uint256 programId)
    {
        (uint256 heads, uint256 tails) = settlementPlaces(words, header);
        return settlementAt(heads, tails, i);
    }

    /// @dev Where in calldata the settlements' head words and tail words begin.
    function settlementPlaces(bytes calldata words, Header memory header)
        internal
        pure
        returns (uint256 heads, uint256 tails)
    {
        uint256 start;
        assembly ("memory-safe") {
            start := words.offset
        }
        // Counts are below 2^16.
        unchecked {
            heads = start + FIXED_LENGTH + header.requests * REQUEST_BYTES;
            tails = heads + header.settlements * HEAD;
        }
    }

    /// @dev C and program id of settlement `i` at these places.
    function settlementAt(uint256 heads, uint256 tails, uint256 i)
        internal
        pure
        returns (uint256 commitment, uint256 programId)
    {
        assembly ("memory-safe") {
            commitment := calldataload(add(heads, mul(i, 32)))
            programId := shr(8, calldataload(add(tails, mul(i, 31))))
        }
    }

    /// @dev New key of rotation `i`.
    function rotation(bytes calldata words, Header memory header, uint256 i)
        internal
        pure
        returns (uint256 ax, uint256 ay)
    {
        uint256 offset = _rotationsOffset(header) + i * Schema.ROTATION_HEADS * HEAD;
        return (_head(words, offset), _head(words, offset + HEAD));
    }

    /// @dev Commitment to the payouts, and `DistributionWord`, of royalty distribution `i`.
    function distribution(bytes calldata words, Header memory header, uint256 i)
        internal
        pure
        returns (uint256 payouts, uint256 word)
    {
        uint256 offset = _rotationsOffset(header) + header.rotations * ROTATION_BYTES;
        payouts = _head(words, offset + i * HEAD);
        word = _tail(words, offset + header.distributions * HEAD + i * TAIL);
    }

    /// @dev Root of the tree over the block's signed operations.
    function operationsRoot(bytes calldata words) internal pure returns (uint256) {
        return _head(words, 2 * HEAD);
    }

    /// @dev `CellWord` of closed cell `i`.
    function cell(bytes calldata words, Header memory header, uint256 i) internal pure returns (uint256) {
        return _tail(words, words.length - (header.cells - i) * TAIL);
    }

    /// @dev `WithdrawalWord` of withdrawal `i`.
    function withdrawal(bytes calldata words, Header memory header, uint256 i) internal pure returns (uint256) {
        return _tail(words, _withdrawalsOffset(header) + i * TAIL);
    }

    function _rotationsOffset(Header memory header) private pure returns (uint256) {
        // Counts are below 2^16.
        unchecked {
            uint256 requestsAndOrders = header.requests * REQUEST_BYTES + header.orders * ORDER_BYTES;
            return FIXED_LENGTH + requestsAndOrders + header.settlements * (HEAD + TAIL);
        }
    }

    function _withdrawalsOffset(Header memory header) private pure returns (uint256) {
        unchecked {
            return
                _rotationsOffset(header) + header.rotations * ROTATION_BYTES + header.distributions * DISTRIBUTION_BYTES;
        }
    }

    function _head(bytes calldata words, uint256 offset) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := calldataload(add(words.offset, offset))
        }
    }

    function _tail(bytes calldata words, uint256 offset) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := shr(8, calldataload(add(words.offset, offset)))
        }
    }
}
