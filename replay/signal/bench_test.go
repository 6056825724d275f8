package signal

import (
	"testing"

	"github.com/afterimage/afterimage/replay/rrweb"
)

func BenchmarkAdd(b *testing.B) {
	r := scan(b, "three events", []byte(`[{"type":3,"timestamp":1,"data":{"source":1,"positions":[{"x":1,"y":2,"id":3,"timeOffset":0}]}},`+
		`{"type":3,"timestamp":2,"data":{"source":0,"adds":[]}},{"type":3,"timestamp":3,"data":{"source":2,"type":2,"id":7,"x":1,"y":2}}]`))
	for b.Loop() {
		var batch Batch
		for i := range r.events {
			batch.Add(r.events[i])
		}
		batch.End()
	}
}

// BenchmarkAddSession reads the demo's recordings in batches of five seconds, as they are uploaded.
func BenchmarkAddSession(b *testing.B) {
	all := demoRecordings(b)
	events, bytes, facts, text, batches := 0, 0, 0, 0, 0
	for _, r := range all {
		for i := range r.events {
			bytes += len(r.events[i].Raw)
		}
		events += len(r.events)
		for _, batch := range r.batches() {
			batches++
			facts += len(batch)
			text += len(AppendFacts(nil, batch))
		}
	}
	b.SetBytes(int64(bytes))
	for b.Loop() {
		for _, r := range all {
			r.batches()
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(events), "ns/event")
	b.ReportMetric(float64(text)/float64(batches), "bytes/batch")
	b.ReportMetric(float64(facts)/float64(batches), "facts/batch")
}

// batches returns the facts of each five seconds.
func (r *recording) batches() [][]Fact {
	var all [][]Fact
	var batch *Batch
	for i := range r.events {
		if batch != nil && r.events[i].Timestamp-batch.FirstAt >= 5000 {
			batch.End()
			all, batch = append(all, batch.Facts()), nil
		}
		if batch == nil {
			batch = new(Batch)
		}
		batch.Add(r.events[i])
	}
	if batch != nil {
		batch.End()
		all = append(all, batch.Facts())
	}
	return all
}

// BenchmarkDetect finds the signals of the demo's sessions; the questions are answered from a map.
func BenchmarkDetect(b *testing.B) {
	var facts [][]Fact
	all, total := demoRecordings(b), 0
	for _, r := range all {
		facts = append(facts, r.facts(b, nil))
		total += len(facts[len(facts)-1])
		r.ask(facts[len(facts)-1], true)
	}
	b.ReportAllocs()
	for b.Loop() {
		for i, r := range all {
			Detect(facts[i], true, r.element)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(total), "ns/fact")
}

// BenchmarkParseFacts reads the facts of the demo's sessions, a batch at a time.
func BenchmarkParseFacts(b *testing.B) {
	var texts [][]byte
	total := 0
	for _, r := range demoRecordings(b) {
		for _, batch := range r.batches() {
			texts = append(texts, AppendFacts(nil, batch))
			total += len(batch)
		}
	}
	for b.Loop() {
		for _, text := range texts {
			if _, err := ParseFacts(text); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(total), "ns/fact")
}

// BenchmarkElement is what one question costs once the page is there.
func BenchmarkElement(b *testing.B) {
	page := rrweb.NewMirror()
	r := demoRecordings(b)[0]
	node := 0
	for i := range r.events {
		ev := &r.events[i]
		page.Apply(ev)
		if ev.Type == rrweb.TypeIncrementalSnapshot && ev.Source == rrweb.SourceMouseInteraction && ev.DataType == rrweb.InteractionClick {
			var batch Batch
			batch.Add(*ev)
			node = batch.Moments[0].Node
			break
		}
	}
	for b.Loop() {
		if _, known := page.Element(node); !known {
			b.Fatal("the element is gone")
		}
	}
}
