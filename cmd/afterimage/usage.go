package main

import (
	"context"
	"fmt"
)

var usageCommand = &command{
	name: "usage", group: groupStores, most: 0, stores: true,
	summary: "Show how much each project holds",
	options: []option{{flag: "json", help: `print {"projects":[{"project","sessions","rawBytes","packBytes","sealedBytes","dictionaryBytes","searchBytes"}]}`}},
	run:     runUsage,
}

// projectUsage is what usage tells of one project, in bytes.
type projectUsage struct {
	Project         string `json:"project"`
	Sessions        int64  `json:"sessions"`
	RawBytes        int64  `json:"rawBytes"`        // of the events as JSON
	PackBytes       int64  `json:"packBytes"`       // of live sessions at rest
	SealedBytes     int64  `json:"sealedBytes"`     // of sealed sessions at rest
	DictionaryBytes int64  `json:"dictionaryBytes"` // of site dictionaries
	SearchBytes     int64  `json:"searchBytes"`     // of the index, by the project's share of the sessions
}

func runUsage(ctx context.Context, c *call) error {
	return c.withStores(ctx, func(s *stores) error {
		projects, err := s.usage(ctx)
		if err != nil {
			return err
		}
		if c.on("json") {
			return c.printJSON(map[string]any{"projects": projects})
		}
		return c.table("PROJECT\tSESSIONS\tRECORDED\tLIVE\tSEALED\tSEARCH", func(row func(...any)) {
			for _, p := range projects {
				row(p.Project, p.Sessions, bytesText(p.RawBytes), bytesText(p.PackBytes), bytesText(p.SealedBytes), bytesText(p.SearchBytes))
			}
		})
	})
}

func (s *stores) usage(ctx context.Context) ([]projectUsage, error) {
	all, err := s.sql.Usage(ctx)
	if err != nil {
		return nil, err
	}
	indexBytes, err := s.index.Bytes(ctx)
	if err != nil {
		return nil, fmt.Errorf("size of the search index: %w", err)
	}
	sessions := int64(0)
	for _, u := range all {
		sessions += u.Sessions
	}
	projects := make([]projectUsage, 0, len(all))
	for _, u := range all {
		projects = append(projects, projectUsage{
			Project: u.ProjectID, Sessions: u.Sessions, RawBytes: u.RawBytes, PackBytes: u.PackBytes, SealedBytes: u.SealedBytes,
			DictionaryBytes: u.DictionaryBytes,
			SearchBytes:     indexBytes * u.Sessions / max(1, sessions),
		})
	}
	return projects, nil
}

// bytesText is a number of bytes with a unit, for people.
func bytesText(n int64) string {
	const units = "kMGTP"
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	value, unit := float64(n)/1000, 0
	for value >= 999.95 && unit < len(units)-1 {
		value, unit = value/1000, unit+1
	}
	return fmt.Sprintf("%.1f %cB", value, units[unit])
}
