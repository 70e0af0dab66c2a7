const { default: TestRunner } = require('jest-runner');

/** One test file at a time: each starts a cluster, which has all of the machine to itself. */
module.exports = class extends TestRunner {
  constructor(...args) {
    super(...args);
    this.isSerial = true;
  }
};
