// SPDX-License-Identifier: MIT
// Words and proofs of the exit circuits under trapdoor keys, and the exits contract of a rollup.
pragma solidity ^0.8.28;

import {Schema} from "../../src/generated/Schema.sol";
import {Exits} from "../../src/rollup/Exits.sol";
import {IExitRollup} from "../../src/rollup/IExits.sol";
import {QueueNotes} from "./QueueNotes.sol";
import {Trapdoor} from "./Trapdoor.sol";

abstract contract ExitFixture is QueueNotes {
    /// @dev A payment of a statement as the words of `exit-settlement` say it.
    struct Payment {
        uint256 root;
        uint256 domain;
        Statement statement;
        uint256 index;
        uint256 escrow;
        uint256 chunk;
        uint64 seedId;
        uint256 royalty;
        uint256 burned;
        uint256 pool;
        uint256 provider;
        uint256 middleware;
        address middlewareOwner;
    }

    /// @dev Trapdoor key numbers of the two circuits.
    uint256 internal constant CELL_KEY = 3;
    uint256 internal constant SETTLEMENT_KEY = 4;

    Exits internal exits;

    /// @dev The exits contract of {rollup}, at the address that it was deployed with.
    function deployExits() internal {
        bytes memory cellKey = Trapdoor.encode(Trapdoor.key(CELL_KEY));
        bytes memory settlementKey = Trapdoor.encode(Trapdoor.key(SETTLEMENT_KEY));
        Exits code = new Exits(IExitRollup(address(rollup)), programs, cellKey, settlementKey);
        vm.etch(EXITS, address(code).code);
        exits = Exits(EXITS);
    }

    function cellWords(uint256 root, uint256 domain, uint256 cell, uint256 recipient)
        internal
        pure
        returns (uint256[] memory vector, bytes memory words)
    {
        vector = new uint256[](4);
        (vector[0], vector[1], vector[2], vector[3]) = (root, domain, cell, recipient);
        words = abi.encodePacked(root, uint248(domain), uint248(cell), uint248(recipient));
    }

    function paymentWords(Payment memory p) internal pure returns (uint256[] memory vector, bytes memory words) {
        vector = new uint256[](8);
        (vector[0], vector[1], vector[2], vector[3]) = (p.root, p.statement.commitment, p.domain, p.statement.programId);
        vector[4] = Schema.packExitChunk(p.escrow, p.index, p.chunk, p.seedId);
        vector[5] = Schema.packExitShares(p.royalty, p.burned, p.pool);
        vector[6] = Schema.packWithdrawalWord(p.provider, uint160(p.statement.provider));
        vector[7] = Schema.packWithdrawalWord(p.middleware, uint160(p.middlewareOwner));
        words = abi.encodePacked(vector[0], vector[1]);
        for (uint256 i = 2; i < 8; i++) {
            words = bytes.concat(words, bytes31(uint248(vector[i])));
        }
    }

    /// @dev A valid proof under key number `key`.
    function exitProof(uint256 key, uint256[] memory vector, bytes memory words)
        internal
        view
        returns (uint256 commitment, uint256[8] memory proof)
    {
        commitment = uint256(keccak256(words)) % R;
        uint256 z = challengeOf(programIdOf(key), commitment, words);
        proof = Trapdoor.prove(Trapdoor.key(key), [commitment, evaluate(vector, z), z], 1);
    }

    function exitCellCall(uint256 root, uint256 domain, uint256 cell, uint256 recipient)
        internal
        view
        returns (bytes memory)
    {
        (uint256[] memory vector, bytes memory words) = cellWords(root, domain, cell, recipient);
        (uint256 commitment, uint256[8] memory proof) = exitProof(CELL_KEY, vector, words);
        return abi.encodeCall(Exits.exitCell, (words, commitment, proof));
    }

    function payStatementCall(Payment memory p) internal view returns (bytes memory) {
        (uint256[] memory vector, bytes memory words) = paymentWords(p);
        (uint256 commitment, uint256[8] memory proof) = exitProof(SETTLEMENT_KEY, vector, words);
        return abi.encodeCall(Exits.payStatement, (words, commitment, proof));
    }
}
