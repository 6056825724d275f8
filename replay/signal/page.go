package signal

// Visit is one page that was shown in a tab, from its load or from the navigation to it on.
type Visit struct {
	At         int64 // unix ms of the recording browser's clock
	URL, Title string
	DurationMs int64              // until the next page, or until the last event
	Vitals     map[string]float64 // what was told last of this load; nil where nothing was
	loaded     bool               // the document was loaded, rather than changed by a script
	reloaded   bool               // the page before was the same one
}

// pages follows which page is shown. A load is told several times: by rrweb's meta event before each full snapshot, also
// before those that are only taken from time to time, by the ids that begin anew, and by our recorder.
type pages struct {
	now    Visit
	open   bool
	told   bool  // the recorder has told of this visit
	metaAt int64 // of a meta event of the same page, of which is not yet known whether it is a reload
	isMeta bool
	fresh  bool // the document was loaded just before
}

// add takes the next fact. It returns the visit that it begins, nil if it begins none.
func (p *pages) add(f *Fact) *Visit {
	switch f.Kind {
	case FactLoad:
		p.fresh = true
	case FactPage:
		if f.N == pageMeta {
			return p.meta(f)
		}
		return p.tell(f)
	case FactSnapshot:
		return p.snapshot(f)
	}
	return nil
}

func (p *pages) meta(f *Fact) *Visit {
	again := p.open && p.now.URL == f.Ref
	if !again {
		p.fresh = false
		return p.begin(Visit{At: f.At, URL: f.Ref, loaded: true}, false)
	}
	p.metaAt, p.isMeta = f.At, true
	if p.fresh {
		return p.reload()
	}
	return nil
}

// snapshot tells a reload from a snapshot taken in between: in a new document rrweb counts from 1.
func (p *pages) snapshot(f *Fact) *Visit {
	if !p.isMeta || f.Node == 0 {
		return nil
	}
	if f.Node == 1 {
		return p.reload()
	}
	p.isMeta = false
	return nil
}

func (p *pages) tell(f *Fact) *Visit {
	switch {
	case !p.open || p.now.URL != f.Ref:
		return p.begin(Visit{At: f.At, URL: f.Ref, Title: f.Text}, true)
	case !p.told:
		p.told = true
		p.now.Title = f.Text
	case p.isMeta:
		visit := p.reload()
		p.told, visit.Title = true, f.Text
		return visit
	}
	return nil
}

func (p *pages) reload() *Visit {
	p.fresh = false
	return p.begin(Visit{At: p.metaAt, URL: p.now.URL, loaded: true, reloaded: true}, false)
}

func (p *pages) begin(v Visit, told bool) *Visit {
	p.now, p.open, p.told, p.isMeta = v, true, told, false
	return &p.now
}
