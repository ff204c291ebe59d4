// SPDX-License-Identifier: MIT
// What the exits need of a rollup and of a registry of seeds, with a root and a time of freeze that a test sets: it holds
// real CTZ and pays it out as the rollup does.
pragma solidity ^0.8.28;

import {IRollup} from "../../src/rollup/IRollup.sol";
import {IExitRollup, IExitSeeds} from "../../src/rollup/IExits.sol";
import {CTZ} from "../../src/token/CTZ.sol";

contract FrozenRollup is IExitRollup, IExitSeeds {
    uint256 private constant UNIT = 1e9;

    error NotExits(address caller);
    error Insolvent(uint256 held, uint256 leaving);

    address public override token;
    address public override programs;
    address public override statementRegistry;
    address public override pool;
    address public exits;
    uint64 public override frozenAt;
    uint256 public root;
    mapping(uint64 seedId => address) public override splitter;

    constructor(address token_, address programs_, address statementRegistry_, address pool_) {
        (token, programs, statementRegistry, pool) = (token_, programs_, statementRegistry_, pool_);
    }

    function fix(address exits_, uint256 root_) external {
        (exits, root) = (exits_, root_);
    }

    function freeze(uint64 time) external {
        frozenAt = time;
    }

    function setSplitter(uint64 seedId, address recipient) external {
        splitter[seedId] = recipient;
    }

    function state() external view override returns (IRollup.State memory) {
        return IRollup.State(root, 7, 0, 0);
    }

    function seedRegistry() external view override returns (address) {
        return address(this);
    }

    function payExit(address recipient, uint256 units) external override {
        if (msg.sender != exits) revert NotExits(msg.sender);
        uint256 held = CTZ(token).balanceOf(address(this)) / UNIT;
        if (units > held) revert Insolvent(held, units);
        CTZ(token).transfer(recipient, units * UNIT);
    }
}
