package httpapi

import (
	"github.com/gofiber/fiber/v2"
)

// Rebuilder builds the search index of all projects anew, once at a time, behind the answer.
type Rebuilder interface {
	// Start begins; false if it is under way already.
	Start() bool
	// State tells how far it is, or how the last one ended.
	State() RebuildState
}

// RebuildState is how far a rebuild of the search index in this process is. The zero value: there was none.
type RebuildState struct {
	Running   bool   `json:"running"`
	Done      int64  `json:"done"`      // sessions
	Total     int64  `json:"total"`     // sessions there were when it began; new ones may make it more
	StartedAt int64  `json:"startedAt"` // unix ms; 0: never
	EndedAt   int64  `json:"endedAt"`   // unix ms; 0: not yet
	Error     string `json:"error"`     // why it failed; empty while it goes on, and if all is well
}

// failureJSON is a session that could not be put into the index.
type failureJSON struct {
	SessionID string `json:"sessionId"`
	Attempts  int    `json:"attempts"`
	Error     string `json:"error"`
	Since     int64  `json:"since"`
	RetryAt   int64  `json:"retryAt"`
}

type indexingJSON struct {
	Pending  int64         `json:"pending"`
	Failing  int64         `json:"failing"`
	OldestAt int64         `json:"oldestAt"`
	Items    []failureJSON `json:"items"`
	Rebuild  RebuildState  `json:"rebuild"`
}

// getIndexing tells how far the index is behind. The numbers are of the service as a whole, the
// sessions those of the project: nobody learns another project's ids.
func (s *Server) getIndexing(c *fiber.Ctx) error {
	project, err := s.projectOf(c)
	if err != nil {
		return err
	}
	state, err := s.Outbox.OutboxState(c.UserContext())
	if err != nil {
		return err
	}
	answer := indexingJSON{Pending: state.Pending, Failing: state.Failing, OldestAt: state.OldestAt, Items: []failureJSON{}, Rebuild: s.Rebuild.State()}
	if state.Failing > 0 {
		failures, err := s.Outbox.Failures(c.UserContext(), failuresRead)
		if err != nil {
			return err
		}
		for _, f := range failures {
			if f.ProjectID == project.ID && len(answer.Items) < failuresShown {
				answer.Items = append(answer.Items, failureJSON{f.SessionID, f.Attempts, f.Why, f.Since, f.RetryAt})
			}
		}
	}
	return respond(c, fiber.StatusOK, answer)
}

// retryIndexing lets all that failed be tried at once.
func (s *Server) retryIndexing(c *fiber.Ctx) error {
	n, err := s.Outbox.RetryFailures(c.UserContext(), s.Now().UnixMilli())
	if err != nil {
		return err
	}
	return respond(c, fiber.StatusAccepted, struct {
		Retried int64 `json:"retried"`
	}{n})
}

// rebuildIndex begins to build the index anew; its state is seen with getIndexing.
func (s *Server) rebuildIndex(c *fiber.Ctx) error {
	if !s.Rebuild.Start() {
		return newProblem(409, "rebuilding", "Already rebuilding", "The search index is being rebuilt already; GET /api/v1/indexing tells how far it is.")
	}
	return respond(c, fiber.StatusAccepted, struct {
		Rebuild RebuildState `json:"rebuild"`
	}{s.Rebuild.State()})
}
