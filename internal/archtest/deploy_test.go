package archtest

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// settingName is a variable that the service reads.
var settingName = regexp.MustCompile(`\bAFTERIMAGE_[A-Z0-9_]+`)

// settings gives the names that the sources of the command and of the S3 adapter (its
// credentials) hold in strings.
func settings(t *testing.T, root fs.FS) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	for _, pattern := range []string{"cmd/afterimage/*.go", "replay/blob/s3/config.go"} {
		files, err := fs.Glob(root, pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			for _, quoted := range regexp.MustCompile(`"AFTERIMAGE_[A-Z0-9_]+"`).FindAllString(read(t, root, file), -1) {
				names[strings.Trim(quoted, `"`)] = true
			}
		}
	}
	if len(names) < 10 {
		t.Fatalf("found only %d settings in the sources: does the config table look different now?", len(names))
	}
	return names
}

func read(t *testing.T, root fs.FS, name string) string {
	t.Helper()
	content, err := fs.ReadFile(root, name)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// TestDeploymentSettingsExist: a variable with a typing error would be ignored in silence.
func TestDeploymentSettingsExist(t *testing.T) {
	tree := os.DirFS(root)
	known := settings(t, tree)
	for _, file := range []string{"Dockerfile", "docker-compose.yml"} {
		used := settingName.FindAllString(read(t, tree, file), -1)
		if len(used) == 0 {
			t.Errorf("%s sets nothing", file)
		}
		for _, name := range used {
			if !known[name] {
				t.Errorf("%s sets %s, which nothing reads", file, name)
			}
		}
	}
}

// compose is what the test looks at in docker-compose.yml.
type compose struct {
	Services map[string]struct {
		Environment map[string]string
		DependsOn   map[string]struct{ Condition string } `yaml:"depends_on"`
		Healthcheck struct{ Test []string }
		Image       string
		Volumes     []string
	}
	Volumes map[string]any
}

// secretName is what a variable is called whose value is a secret.
var secretName = regexp.MustCompile(`(PASSWORD|SECRET_KEY|MASTER_KEY|SEARCH_KEY)$`)

func TestCompose(t *testing.T) {
	tree := os.DirFS(root)
	var c compose
	if err := yaml.Unmarshal([]byte(read(t, tree, "docker-compose.yml")), &c); err != nil {
		t.Fatal(err)
	}
	if len(c.Services) < 4 {
		t.Fatalf("services: %d, want the service and what it needs", len(c.Services))
	}
	written := read(t, tree, "scripts/compose-env.sh")
	for name, service := range c.Services {
		for needed, how := range service.DependsOn {
			if how.Condition != "service_healthy" || len(c.Services[needed].Healthcheck.Test) == 0 {
				t.Errorf("%s starts before %s is healthy, or nobody asks whether it is", name, needed)
			}
		}
		for variable, value := range service.Environment {
			if !secretName.MatchString(variable) {
				continue
			}
			source := regexp.MustCompile(`^\$\{([A-Z0-9_]+):\?.+\}$`).FindStringSubmatch(value)
			if source == nil {
				t.Errorf("%s: %s must be ${NAME:?…}, so that nothing starts without a secret", name, variable)
			} else if !strings.Contains(written, "\n"+source[1]+"=") {
				t.Errorf("%s: scripts/compose-env.sh writes no %s", name, source[1])
			}
		}
		for _, mount := range service.Volumes {
			volume, _, _ := strings.Cut(mount, ":")
			if _, ok := c.Volumes[volume]; !ok {
				t.Errorf("%s mounts %s, which is no volume of the file", name, volume)
			}
		}
		if _, tag, found := strings.Cut(service.Image, ":"); !found || tag == "latest" {
			t.Errorf("%s: image %q names no version", name, service.Image)
		}
	}
}

// TestDockerignoreLetsIn: what the Dockerfile copies, and what go:embed needs, gets into the build.
func TestDockerignoreLetsIn(t *testing.T) {
	tree := os.DirFS(root)
	allowed := strings.Split(read(t, tree, ".dockerignore"), "\n")
	for line := range strings.SplitSeq(read(t, tree, "Dockerfile"), "\n") {
		words := strings.Fields(line)
		if len(words) < 3 || words[0] != "COPY" || strings.HasPrefix(words[1], "--") {
			continue
		}
		for _, source := range words[1 : len(words)-1] {
			first, _, _ := strings.Cut(source, "/")
			if source != "." && !slices.Contains(allowed, "!"+source) && !slices.Contains(allowed, "!"+first) {
				t.Errorf("the Dockerfile copies %s, which .dockerignore keeps out", source)
			}
			if _, err := fs.Stat(tree, path.Clean(source)); err != nil {
				t.Errorf("the Dockerfile copies %s: %v", source, err)
			}
		}
	}
	entries, err := fs.ReadDir(tree, ".")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if goFiles, _ := fs.Glob(tree, entry.Name()+"/*.go"); len(goFiles) > 0 && !slices.Contains(allowed, "!"+entry.Name()) {
			t.Errorf("%s holds a package, but .dockerignore keeps it out", entry.Name())
		}
	}
}
