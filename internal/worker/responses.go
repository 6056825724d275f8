package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/afterimage/afterimage/feedback"
	"github.com/afterimage/afterimage/replay"
)

// keepResponses turns the answers in a recording into responses. They have the id that
// the recorder gave them, so that doing it again adds nothing. An answer that cannot
// be kept is left out: it stays in the recording.
func (x *Indexer) keepResponses(ctx context.Context, s *replay.Session, moments []replay.Moment) error {
	var found []feedback.Response
	for _, m := range moments {
		if m.Kind != "response" {
			continue
		}
		if r, ok := responseOf(s, m, x.Now().UnixMilli()); ok {
			found = append(found, r)
		}
	}
	if len(found) == 0 {
		return nil
	}
	_, err := x.Responses.Add(ctx, found)
	if !errors.Is(err, feedback.ErrInvalid) {
		return wrap("keep responses", err)
	}
	// One of them is refused: the others must not go with it.
	for _, r := range found {
		if _, err := x.Responses.Add(ctx, []feedback.Response{r}); errors.Is(err, feedback.ErrInvalid) {
			x.Log.Warn("an answer in a recording cannot be kept", "session", s.ID, "response", r.ID)
		} else if err != nil {
			return wrap("keep response", err)
		}
	}
	return nil
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}

// responseOf reads an answer out of a moment. Not ok if it has no id or an unknown kind.
func responseOf(s *replay.Session, m replay.Moment, now int64) (feedback.Response, bool) {
	var data momentData
	if json.Unmarshal(m.Data, &data) != nil || data.ID == "" {
		return feedback.Response{}, false
	}
	kind := feedback.Kind(data.Kind)
	switch kind {
	case feedback.KindNPS, feedback.KindCSAT, feedback.KindCES, feedback.KindText:
	default:
		return feedback.Response{}, false
	}
	return feedback.Response{
		ID: data.ID, ProjectID: s.ProjectID, SessionID: s.ID, TabID: m.Tab, At: m.At,
		Kind: kind, Survey: data.Survey, Score: scoreOf(data.Score), Text: data.Text, Category: data.Category,
		URL: data.URL, UserID: s.User.ID, Status: feedback.StatusOpen, CreatedAt: now,
	}, true
}
