//! The token that splits the caches of live requests (section 8).

use std::time::Duration;

/// 2024-10-09T00:00:00Z, from which cursors count, in seconds of the Unix epoch. The reference's choice.
const EPOCH_SECONDS: u64 = 1_728_432_000;

/// How far a cursor jumps at most where the clock does not carry it on.
const JUMP: u64 = 3600;

/// The next cursor: the end of the current period of `hold`, so that clients that are up to date at the same time share
/// one URL; but always greater than the one of the request, which otherwise might be served its own cached answer in a
/// loop. `random` is any number.
pub fn next_cursor(since_unix_epoch: Duration, hold: Duration, previous: u64, random: u64) -> u64 {
    let hold = hold.as_secs();
    if hold == 0 {
        return 0;
    }
    let now = since_unix_epoch.saturating_sub(Duration::from_secs(EPOCH_SECONDS));
    let begun = now.as_secs() + u64::from(now.subsec_nanos() > 0);
    let next = begun.div_ceil(hold).saturating_mul(hold);
    if next > previous { next } else { previous.saturating_add(1 + random % JUMP) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOLD: Duration = Duration::from_secs(20);

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(EPOCH_SECONDS + seconds)
    }

    #[test]
    fn clients_of_one_period_get_one_cursor() {
        assert_eq!(next_cursor(at(21), HOLD, 0, 7), 40);
        assert_eq!(next_cursor(at(40), HOLD, 20, 8), 40);
        assert_eq!(next_cursor(at(40) + Duration::from_millis(1), HOLD, 20, 9), 60);
    }

    #[test]
    fn it_always_grows() {
        assert_eq!(next_cursor(at(39), HOLD, 40, 0), 41);
        assert_eq!(next_cursor(at(39), HOLD, 40, 3599), 40 + 3600);
        assert_eq!(next_cursor(at(39), HOLD, 1_000_000, 3600), 1_000_001);
    }

    #[test]
    fn below_a_second_it_is_nought() {
        assert_eq!(next_cursor(at(39), Duration::from_millis(100), 40, 0), 0);
    }
}
