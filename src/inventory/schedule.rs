//! Schedules of CronJobs and Velero: how long do they leave between two runs?

use jiff::civil::{Date, Weekday, date};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;

/// A day, in seconds.
pub const DAY: i64 = 24 * HOUR;

/// The longest time between two runs, in seconds; None: it never runs, or is not written as Kubernetes and Velero read
/// it (five fields, `@daily` and the like, `@every 6h`). Clocks that are put forward and back are left out.
pub fn longest_gap(schedule: &str) -> Option<i64> {
    let text = schedule.trim();
    let text = match text.split_once(char::is_whitespace) {
        Some((zone, rest)) if zone.starts_with("TZ=") || zone.starts_with("CRON_TZ=") => rest.trim(),
        _ => text,
    };
    if let Some(duration) = text.strip_prefix("@every ") {
        return seconds(duration.trim()).filter(|gap| *gap > 0);
    }
    match text {
        "@hourly" => Some(HOUR),
        "@daily" | "@midnight" => Some(DAY),
        "@weekly" => Some(7 * DAY),
        "@monthly" => Some(31 * DAY),
        "@yearly" | "@annually" => Some(366 * DAY),
        _ => Cron::parse(text)?.longest_gap(),
    }
}

/// A duration as Go writes it: `24h`, `1h30m`.
fn seconds(mut text: &str) -> Option<i64> {
    let mut total = 0;
    while !text.is_empty() {
        let (number, rest) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
        let unit =
            [("h", HOUR), ("ms", 0), ("m", MINUTE), ("s", 1)].into_iter().find(|(unit, _)| rest.starts_with(unit))?;
        total += number.parse::<i64>().ok()?.checked_mul(unit.1)?;
        text = rest.strip_prefix(unit.0)?;
    }
    Some(total)
}

/// A field: which values run, and whether it says anything at all.
struct Field {
    runs: Vec<bool>,
    any: bool,
}

impl Field {
    fn has(&self, value: i64) -> bool {
        usize::try_from(value).ok().and_then(|value| self.runs.get(value)).is_some_and(|runs| *runs)
    }

    /// `*`, `1`, `1-5`, `*/15`, `1-30/2`, `5/10` and lists of them; names stand for the numbers from `first` on.
    fn parse(text: &str, first: usize, last: usize, names: &[&str]) -> Option<Self> {
        let number = |text: &str| {
            let named = names.iter().position(|name| name.eq_ignore_ascii_case(text)).map(|at| at + first);
            named.or_else(|| text.parse().ok()).filter(|value| (first..=last).contains(value))
        };
        let mut field = Self { runs: vec![false; last + 1], any: false };
        for part in text.split(',') {
            let (range, step) = match part.split_once('/') {
                Some((range, step)) => (range, Some(step.parse().ok().filter(|step| *step > 0)?)),
                None => (part, None),
            };
            let (from, to) = match range.split_once('-') {
                _ if matches!(range, "*" | "?") => (first, last),
                Some((from, to)) => (number(from)?, number(to)?),
                // `5/10` runs on to the end
                None => (number(range)?, if step.is_some() { last } else { number(range)? }),
            };
            field.any |= matches!(range, "*" | "?") && step.is_none_or(|step| step == 1);
            let stepped = field.runs.iter_mut().enumerate().take(to + 1).skip(from).step_by(step.unwrap_or(1));
            stepped.for_each(|(_, runs)| *runs = true);
        }
        Some(field)
    }
}

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

struct Cron {
    minute: Field,
    hour: Field,
    day: Field,
    month: Field,
    weekday: Field,
}

impl Cron {
    fn parse(text: &str) -> Option<Self> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [minute, hour, day, month, weekday] = *fields.as_slice() else { return None };
        Some(Self {
            minute: Field::parse(minute, 0, 59, &[])?,
            hour: Field::parse(hour, 0, 23, &[])?,
            day: Field::parse(day, 1, 31, &[])?,
            month: Field::parse(month, 1, 12, &MONTHS)?,
            weekday: Field::parse(weekday, 0, 6, &WEEKDAYS)?,
        })
    }

    /// Where day of the month and weekday both say something, either is enough: cron's own oddity.
    fn runs_on(&self, date: Date) -> bool {
        let (day, weekday) = (self.day.has(date.day().into()), self.weekday.has(sunday_is_zero(date.weekday())));
        let either = !self.day.any && !self.weekday.any;
        self.month.has(date.month().into()) && if either { day || weekday } else { day && weekday }
    }

    /// By going through nine years, which hold every weekday of every date but 29 February.
    fn longest_gap(&self) -> Option<i64> {
        let of_day = |minute: &i64| self.hour.has(minute / 60) && self.minute.has(minute % 60);
        let minutes: Vec<i64> = (0..24 * 60).filter(of_day).collect();
        let (first, last) = (*minutes.first()?, *minutes.last()?);
        let within = minutes.windows(2).filter_map(|pair| Some(pair.last()? - pair.first()?)).max();
        let days: Vec<i64> = (0..)
            .zip(date(2024, 1, 1).series(jiff::Span::new().days(1)))
            .take_while(|(_, date)| date.year() < 2033)
            .filter(|(_, date)| self.runs_on(*date))
            .map(|(number, _)| number)
            .collect();
        let apart = days.windows(2).filter_map(|pair| Some(pair.last()? - pair.first()?)).max()?;
        let between = apart * 24 * 60 - (last - first);
        Some(within.unwrap_or(0).max(between) * MINUTE)
    }
}

fn sunday_is_zero(day: Weekday) -> i64 {
    day.to_sunday_zero_offset().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_time_between_two_runs() {
        for (schedule, hours) in [
            ("0 3 * * *", 24),
            ("@daily", 24),
            ("@every 24h", 24),
            ("@every 36h0m0s", 36),
            ("CRON_TZ=Europe/Berlin 0 3 * * *", 24),
            ("0 */6 * * *", 6),
            ("0 9-17 * * *", 16),
            ("0 3 * * 1-5", 72),
            ("0 3 * * SUN", 7 * 24),
            ("0 3 1 * *", 31 * 24),
            // either the first of the month or a Monday
            ("0 0 1 * MON", 7 * 24),
            ("0 0 */2 * *", 48),
            ("0 3 ? * *", 24),
            ("0 0,12 * * *", 12),
            ("30 2/12 * * *", 12),
        ] {
            assert_eq!(longest_gap(schedule), Some(hours * HOUR), "{schedule}");
        }
        assert_eq!(longest_gap("*/15 * * * *"), Some(15 * MINUTE));
        assert_eq!(longest_gap("@every 90m"), Some(90 * MINUTE));
    }

    #[test]
    fn what_is_no_schedule_has_none() {
        for text in ["", "daily", "0 3 * *", "61 * * * *", "0 0 31 2 *", "@every soon", "@every 0s", "0 0 * * */0"] {
            assert_eq!(longest_gap(text), None, "{text}");
        }
    }
}
