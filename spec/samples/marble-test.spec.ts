// A sample that is a spec itself: it runs here as it stands.
import '../../samples/marble-test/tally.spec.js';
