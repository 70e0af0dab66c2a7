/** A cluster takes seconds to start, and what happens in it some more. */
jest.setTimeout(300_000);
