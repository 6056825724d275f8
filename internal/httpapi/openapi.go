package httpapi

import (
	"encoding/json"
	"fmt"

	"github.com/gofiber/fiber/v2"
	"go.yaml.in/yaml/v3"

	"github.com/afterimage/afterimage/docs"
)

// openAPIDocument turns the document that people write, in YAML, into the JSON that
// programs read.
func openAPIDocument() ([]byte, error) {
	var document map[string]any
	if err := yaml.Unmarshal(docs.OpenAPI, &document); err != nil {
		return nil, fmt.Errorf("http: docs/openapi.yaml: %w", err)
	}
	out, err := json.Marshal(document)
	if err != nil {
		return nil, fmt.Errorf("http: docs/openapi.yaml as JSON: %w", err)
	}
	return out, nil
}

func (s *Server) getOpenAPI(c *fiber.Ctx) error {
	c.Set(fiber.HeaderCacheControl, cacheNever)
	c.Set(fiber.HeaderAccessControlAllowOrigin, "*") // it is public, and tools in browsers read it
	c.Response().Header.SetContentType(fiber.MIMEApplicationJSON)
	c.Response().SetBodyRaw(s.openAPI)
	return nil
}
