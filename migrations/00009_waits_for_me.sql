-- +goose Up

-- vacant says that a seat on an interview of the application stands empty: its person said that they
-- cannot, and nobody has taken it over. It is FALSE once nobody works on the application.
ALTER TABLE application_people ADD COLUMN vacant BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX application_people_vacant ON application_people (person, number) WHERE team AND vacant;

UPDATE application_people SET vacant = TRUE WHERE active_since IS NOT NULL AND application IN (SELECT s.application FROM scorecards s WHERE s.state = 'declined' AND NOT s.removed);

-- asked says that times are proposed to this person and that they have not said of each whether they can.
ALTER TABLE panelists ADD COLUMN asked BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX panelists_asked ON panelists (person) WHERE asked;

UPDATE panelists SET asked = TRUE WHERE EXISTS (SELECT 1 FROM interviews i WHERE i.id = panelists.interview AND i.slots <> '[]'
    AND i.state IN ('proposed', 'scheduled') AND i.slots NOT LIKE '%"' || panelists.person || '"%');
