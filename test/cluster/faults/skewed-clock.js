/** Loaded before a program: its clock is wrong by CLOCK_SKEW_MS. */
const skewMs = Number(process.env.CLOCK_SKEW_MS);
const RealDate = Date;

global.Date = class extends RealDate {
  constructor(...args) {
    super(...(args.length > 0 ? args : [RealDate.now() + skewMs]));
  }

  static now() {
    return RealDate.now() + skewMs;
  }
};
