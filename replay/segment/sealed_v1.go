package segment

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
)

// Version 1 had no keyframes, bases, moments or repair. What follows turns its footer into today's.

const (
	tailMagicV1 = "AISEALED"
	tailBytesV1 = 24
)

type footerV1 struct {
	SessionID     string `json:"session"`
	ProjectID     string `json:"project"`
	ClockOffsetMs int64  `json:"clockOffsetMs"`
	Blocks        []struct {
		Section
		TabID   string `json:"tab"`
		FirstAt int64  `json:"firstAt"`
		LastAt  int64  `json:"lastAt"`
		Batches []struct {
			Seq        int64  `json:"seq"`
			Events     int    `json:"events"`
			Hash       []byte `json:"hash"`
			SnapshotAt int64  `json:"snapshotAt"`
		} `json:"batches"`
	} `json:"blocks"`
}

func parseTailV1(b []byte, size int64) (Tail, bool) {
	if len(b) < tailBytesV1 || string(b[len(b)-8:]) != tailMagicV1 {
		return Tail{}, false
	}
	b = b[len(b)-tailBytesV1:]
	t := Tail{version: 1, Offset: int64(binary.LittleEndian.Uint64(b)),
		Length: int64(binary.LittleEndian.Uint32(b[8:])), checksum: binary.LittleEndian.Uint32(b[12:])}
	return t, t.Offset >= int64(len(SealedMagic)) && t.Offset+t.Length+tailBytesV1 == size
}

func parseFooterV1(text []byte) (*Footer, error) {
	var old footerV1
	if err := json.Unmarshal(text, &old); err != nil {
		return nil, fmt.Errorf("segment: %w: footer is not what the format asks for", ErrCorrupt)
	}
	f := &Footer{Version: 1, SessionID: old.SessionID, ProjectID: old.ProjectID, ClockOffsetMs: old.ClockOffsetMs}
	for _, o := range old.Blocks {
		tab := slices.IndexFunc(f.Tabs, func(t TabIndex) bool { return t.ID == o.TabID })
		if tab < 0 {
			tab = len(f.Tabs)
			f.Tabs = append(f.Tabs, TabIndex{ID: o.TabID, StartedAt: o.FirstAt, EndedAt: o.LastAt})
		}
		b := Block{Section: o.Section, Tab: tab, Base: -1, FirstAt: o.FirstAt, LastAt: o.LastAt}
		t := &f.Tabs[tab]
		t.StartedAt, t.EndedAt = min(t.StartedAt, o.FirstAt), max(t.EndedAt, o.LastAt)
		for _, g := range o.Batches {
			b.addBatch(g.Seq, g.Events)
			t.Events += int64(g.Events)
			if b.SnapshotAt == 0 {
				b.SnapshotAt = g.SnapshotAt
			}
			if t.PlayableFrom == 0 {
				t.PlayableFrom = g.SnapshotAt
			}
		}
		f.Blocks = append(f.Blocks, b)
	}
	return f, nil
}
