/*
 * What GitHub Linguist 9.6 (MIT license, https://github.com/github-linguist/linguist) tells by its path alone, from
 * lib/linguist/generated.rb and vendor.yml. Where it reads the file itself, the names that such files commonly have are
 * here instead. Of vendor.yml, what is a project's own configuration is left out (.github, Jenkinsfile, Vagrantfile,
 * definitions of types, test fixtures …): it is nobody else's code, and somebody has to read it.
 */

const lockNames = anyOf(
  String.raw`npm-shrinkwrap\.json|package-lock\.json|pnpm-lock\.yaml|yarn\.lock|bun\.lockb?|deno\.lock`,
  String.raw`composer\.lock|Cargo\.lock|Gemfile\.lock|Podfile\.lock|Cartfile\.resolved|Package\.resolved`,
  String.raw`poetry\.lock|pdm\.lock|uv\.lock|pixi\.lock|Pipfile\.lock|conda-lock\.yml|mix\.lock|pubspec\.lock`,
  String.raw`go\.sum|Gopkg\.lock|glide\.lock|flake\.lock|MODULE\.bazel\.lock|gradle\.lockfile|packages\.lock\.json`,
  String.raw`(?:\w+\.)?esy\.lock|mise(?:\..+)?\.lock|\.terraform\.lock\.hcl|(?:Julia)?Manifest(?:-v\d+\.\d+)?\.toml`,
);

const generatedNames = anyOf(
  String.raw`.*\.(?:nib|xcworkspacedata|xcuserstate|map)|.*[.-]min\.(?:js|css|mjs)|\.pnp\..*`,
  String.raw`.*\.designer\.(?:cs|vb)|.*\.feature\.cs|.*\.g\.cs|.*_tlb\.pas|.*\.zep\.(?:c|h|php)|cargo\.toml\.orig`,
  String.raw`\.secrets\.baseline|query-[a-f\d]{64}\.json|gradlew(?:\.bat)?|mvnw(?:\.cmd)?`,
  String.raw`.*\.pb\.(?:go|gw\.go|cc|h|rb|swift)|.*_pb2(?:_grpc)?\.pyi?|.*_pb\.(?:js|rb|d\.ts)|.*\.pb\.validate\.go`,
  String.raw`.*\.(?:g|freezed|mocks)\.dart|.*_generated\.(?:go|rs|ts)|zz_generated\..*\.go`,
);
const generatedFolders = /(?:^|\/)(?:\.idea|Pods|Carthage\/Build|node_modules|Godeps|__generated__|htmlcov|\.sqlx)\//;

const vendoredFolders = anyOf(
  String.raw`cache|dist|node_modules|bower_components|vendors?|[Ee]xtern(?:als?)?|(?:3rd|[Tt]hird)[-_]?[Pp]arty`,
  String.raw`flow-typed|ace-builds|MathJax|bootstrap-datepicker|[Bb]ourbon|font-?awesome|select2|extjs|puphpet|admin_media`,
  String.raw`Carthage|Sparkle|(?:Crashlytics|Fabric|Realm|RealmSwift)\.framework|BuddyBuildSDK\.framework|xvba_modules`,
);
const vendoredPaths =
  /^(?:[Dd]ependencies|deps)\/|(?:^|\/)(?:Godeps\/_workspace|\.yarn\/(?:releases|plugins|sdks|versions|unplugged)|gradle\/wrapper|\.mvn\/wrapper)\//;
const vendoredNames = anyOf(
  String.raw`jquery[^.]*\.js|jquery-(?:ui-?)?\d.*\.(?:js|css)|jquery\.(?:ui|effects)\..*\.(?:js|css)|jquery\..*(?:validate|unobtrusive-ajax|dataTables|fileupload|fancybox).*\.(?:js|css)`,
  String.raw`(?:custom\.)?bootstrap[^/.]*(?:\..*)?\.(?:js|css|less|scss|styl)|font-?awesome\.(?:css|less|scss|styl)`,
  String.raw`(?:foundation|normalize|skeleton|animate|materialize|bulma)(?:\..*)?\.(?:js|css|sass|less|scss|styl)`,
  String.raw`angular[^.]*\.js|react(?:-[^.]*)?\.js|d3(?:\.v\d+)?[^.]*\.js|modernizr[-.].*\.js|mootools.*\.js|prototype.*\.js|dojo\.js|knockout-.*\.js|Chart\.js|html5shiv\.js|ckeditor\.js|tiny_mce[^.]*\.js|yui[^.]*\.js|pdf\.worker\.js|cordova[^.]*\.js`,
  String.raw`configure|config\.(?:guess|sub)|aclocal\.m4|libtool\.m4|lt(?:options|sugar|version|~obsolete)\.m4|erlang\.mk|cpplint\.py|dotnet-install\.(?:ps1|sh)`,
);

/** The versions of what a project depends on, written by its package manager. */
export function isLock(path: string): boolean {
  return lockNames.test(nameOf(path));
}

export function isGenerated(path: string): boolean {
  return generatedNames.test(nameOf(path).toLowerCase()) || generatedFolders.test(path);
}

/** Other people's code that is kept in the repository. */
export function isVendored(path: string): boolean {
  const folders = path.split('/').slice(0, -1);
  return (
    folders.some((folder) => vendoredFolders.test(folder)) ||
    vendoredNames.test(nameOf(path)) ||
    vendoredPaths.test(path)
  );
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function anyOf(...alternatives: readonly string[]): RegExp {
  return new RegExp(`^(?:${alternatives.join('|')})$`, 's');
}
