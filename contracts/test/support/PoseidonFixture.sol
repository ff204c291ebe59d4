// SPDX-License-Identifier: MIT
// Deploys the Poseidon contract with its generated tables.
pragma solidity ^0.8.28;

import {
    PoseidonTable17Part1,
    PoseidonTable17Part2,
    PoseidonTable17Part3,
    PoseidonTable17Part4,
    PoseidonTable3,
    PoseidonTable4,
    PoseidonTable5
} from "../../src/generated/PoseidonTables.sol";
import {Poseidon} from "../../src/hash/Poseidon.sol";

abstract contract PoseidonFixture {
    function poseidonTables() internal returns (address[7] memory) {
        return [
            address(new PoseidonTable3()),
            address(new PoseidonTable4()),
            address(new PoseidonTable5()),
            address(new PoseidonTable17Part1()),
            address(new PoseidonTable17Part2()),
            address(new PoseidonTable17Part3()),
            address(new PoseidonTable17Part4())
        ];
    }

    function deployPoseidon() internal returns (Poseidon) {
        return new Poseidon(poseidonTables());
    }
}
