package main

import (
	"strings"
	"testing"
	"time"
)

func TestTheConfigTable(t *testing.T) {
	all := append(append([]option{}, serveOptions...), storeOptions...)
	seen := map[string]bool{}
	for _, o := range all {
		if want := "AFTERIMAGE_" + strings.ToUpper(strings.ReplaceAll(o.flag, "-", "_")); o.env != want {
			t.Errorf("--%s has the variable %s, want %s", o.flag, o.env, want)
		}
		if seen[o.flag] || o.help == "" {
			t.Errorf("--%s stands twice or has no help", o.flag)
		}
		seen[o.flag] = true
		if o.def != "" && o.check != nil && o.check(o.def) != nil {
			t.Errorf("--%s refuses its own default %q", o.flag, o.def)
		}
	}
	env := map[string]string{"AFTERIMAGE_DATA": "/env", "AFTERIMAGE_ADDR": ":1", "AFTERIMAGE_DEMO": "1", "AFTERIMAGE_TRUSTED_PROXIES": "10.0.0.0/8, 127.0.0.1"}
	v, rest, err := parse([]string{"--addr", ":2", "--drain-timeout=3s", "x", "-log-level=debug", "--", "--y"}, all, func(name string) string { return env[name] })
	if err != nil || strings.Join(rest, " ") != "x --y" {
		t.Fatalf("%v, %v", rest, err)
	}
	c := configOf(v)
	if c.addr != ":2" || c.data != "/env" || !c.demo || c.drainTimeout != 3*time.Second || c.logLevel != "debug" || c.logFormat != "text" || len(c.trustedProxies) != 2 {
		t.Errorf("a flag wins over a variable wins over the default: %+v", c)
	}
}

func TestWrongUseIsExplained(t *testing.T) {
	tests := []struct {
		args string
		env  map[string]string
		want []string
	}{
		{"exprot x", nil, []string{`unknown command "exprot"`, `Did you mean "export"?`, "afterimage --help"}},
		{"token", nil, []string{"create, list, revoke"}},
		{"token make", nil, []string{`unknown command "token make"`, "create, list, revoke"}},
		{"import", nil, []string{"import needs FILE…", "afterimage import --help"}},
		{"export a b", nil, []string{`"b" is one argument too many`}},
		{"serve --dta x", nil, []string{"unknown flag --dta", "Did you mean --data?", "afterimage serve --help"}},
		{"serve --data", nil, []string{"--data needs a value: --data FOLDER"}},
		{"serve --addr 8080", nil, []string{`--addr: "8080" is not an address like 127.0.0.1:8080`}},
		{"serve --addr :99999", nil, []string{"not a port"}},
		{"serve", map[string]string{"AFTERIMAGE_DATABASE_URL": "mysql://u:secret@h/d"}, []string{"the variable AFTERIMAGE_DATABASE_URL: the address must begin with postgres:// or postgresql://, not mysql://"}},
		{"serve --demo=maybe", nil, []string{`"maybe" is neither true nor false`}},
		{"serve --drain-timeout 5", nil, []string{`"5" is not a duration like 30s or 5m`}},
		{"serve --trusted-proxies 10.0.0.0/8,x", nil, []string{`"x" is neither an address nor a range`}},
		{"token create --role owner", nil, []string{`"owner" is not one of viewer, member, admin`}},
		{"bench ingest --rate 0", nil, []string{`"0" is not a number from 0.01 to 100000`}},
		{"bench ingest", nil, []string{"--key is missing", "afterimage project key"}},
		{"project set", nil, []string{"nothing to change"}},
	}
	for _, tt := range tests {
		t.Run(tt.args, func(t *testing.T) {
			out := inProcess(tt.env, strings.Fields(tt.args)...)
			if out.code != exitUsage || out.stdout != "" {
				t.Errorf("exit %d, standard output %q", out.code, out.stdout)
			}
			for _, want := range tt.want {
				if !strings.Contains(out.stderr, want) {
					t.Errorf("said %q, want %q", out.stderr, want)
				}
			}
			if strings.Contains(out.stderr, "secret") {
				t.Errorf("a password is shown: %s", out.stderr)
			}
		})
	}
}

func TestEveryCommandHasHelp(t *testing.T) {
	program := inProcess(nil, "--help")
	for _, c := range commands {
		if !strings.Contains(program.stdout, "  "+c.name+" ") {
			t.Errorf("the program's help lacks %s", c.name)
		}
		out := inProcess(nil, append(strings.Fields(c.name), "--help")...)
		if out.code != 0 || out.stderr != "" || !strings.HasPrefix(out.stdout, c.summary) || !strings.Contains(out.stdout, "Usage: afterimage "+c.name) {
			t.Errorf("%s --help: %+v", c.name, out)
		}
		for line := range strings.Lines(out.stdout) {
			if len([]rune(line)) > helpWidth+20 {
				t.Errorf("%s --help has a line that is too long: %s", c.name, line)
			}
		}
		if strings.HasSuffix(c.summary, ".") || c.group == "" || c.run == nil {
			t.Errorf("%s: the summary ends with a full stop, or it has no group", c.name)
		}
	}
	for _, o := range append(append([]option{}, serveOptions...), storeOptions...) {
		if out := inProcess(nil, "help", "serve"); !strings.Contains(out.stdout, "--"+o.flag) || !strings.Contains(out.stdout, "$"+o.env) {
			t.Errorf("help serve lacks --%s or its variable", o.flag)
		}
	}
	if out := inProcess(nil); out.code != 0 || out.stdout != program.stdout {
		t.Errorf("without a command: %+v", out)
	}
	if out := inProcess(nil, "--version"); out.code != 0 || !strings.HasPrefix(out.stdout, "afterimage ") {
		t.Errorf("--version: %+v", out)
	}
}
