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

// loadMetaMs is how soon after the event of loading a meta event must follow for the two to belong together: rrweb
// writes both at once.
const loadMetaMs = 1000

// pages follows which page is shown. rrweb's meta event comes before each full snapshot, also before those that are
// only taken from time to time: one of the same address may be a reload or nothing at all. Our recorder tells
// of each load; of others, the event of loading just before tells it, or how long the load took just after.
type pages struct {
	now    Visit
	open   bool
	told   bool  // the recorder has told of this visit
	tells  bool  // the recorder tells of visits
	metaAt int64 // of a meta event of the same page, of which is not yet known whether it is a reload
	isMeta bool
	loadAt int64
	isLoad bool
}

// add takes the next fact. It returns the visit that it begins, nil if it begins none.
func (p *pages) add(f *Fact) *Visit {
	switch f.Kind {
	case FactLoad:
		p.loadAt, p.isLoad = f.At, true
	case FactLoaded:
		if p.isMeta && !p.tells {
			return p.reload()
		}
	case FactPage:
		if f.N == pageTold {
			p.tells = true
			return p.tell(f)
		}
		return p.meta(f)
	}
	return nil
}

func (p *pages) meta(f *Fact) *Visit {
	loaded := p.isLoad && f.At-p.loadAt <= loadMetaMs
	p.isLoad = false
	if !p.open || p.now.URL != f.Ref {
		return p.begin(Visit{At: f.At, URL: f.Ref, loaded: true}, false)
	}
	p.metaAt, p.isMeta = f.At, true
	if loaded && !p.tells {
		return p.reload()
	}
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
	return p.begin(Visit{At: p.metaAt, URL: p.now.URL, loaded: true, reloaded: true}, false)
}

func (p *pages) begin(v Visit, told bool) *Visit {
	p.now, p.open, p.told, p.isMeta = v, true, told, false
	return &p.now
}
