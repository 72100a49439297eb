-- +goose Up

-- A step of the reminders that is counted from the due date is on record with that, "due@" and the instant, so
-- that it is done once for each due date. What is held goes on under its new name; what was done without one is
-- of the present due date.
UPDATE nudges SET step = step || '@' || (SELECT CAST(s.due_at AS TEXT) FROM scorecards s WHERE s.interview = nudges.interview AND s.person = nudges.person)
    WHERE state = 'held' AND step LIKE 'due%'
    AND EXISTS (SELECT 1 FROM scorecards s WHERE s.interview = nudges.interview AND s.person = nudges.person AND s.ends_at = nudges.ends_at AND s.due_at IS NOT NULL);

-- That a scorecard is late is told once for each due date as well.
UPDATE outbox SET once = once || ':' || (SELECT CAST(s.due_at AS TEXT) FROM scorecards s
        WHERE s.interview = outbox.subject AND outbox.once LIKE 'late:' || s.interview || ':' || s.person || ':%')
    WHERE view_name = 'late_panel' AND EXISTS (SELECT 1 FROM scorecards s
        WHERE s.interview = outbox.subject AND outbox.once LIKE 'late:' || s.interview || ':' || s.person || ':%' AND s.due_at IS NOT NULL);

-- closed repeats of the application that it has ended: nobody waits for its scorecards any more.
ALTER TABLE scorecards ADD COLUMN closed BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE scorecards SET closed = TRUE WHERE application IN (SELECT a.id FROM applications a WHERE a.ended_at IS NOT NULL);
