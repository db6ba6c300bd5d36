#!/usr/bin/env python3
"""Makes the layouts of this folder, by which the rules of validation are tested.

For each rule: content that breaks it and nothing else, and a near miss that does not break it: what a check would take
for broken that looks a little less closely. All lie in one layout, each under a name, so that what they share is there
once; fixtures.json says which name is for what, and what is found there.

    ./make.py        writes everything anew, byte for byte the same but for one layer that zlib compresses
"""

import copy
import hashlib
import json
import pathlib
import shutil
import struct
import zlib

HERE = pathlib.Path(__file__).parent
LAYOUT = HERE / "layout"

OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_EMPTY = "application/vnd.oci.empty.v1+json"
TAR = "application/vnd.oci.image.layer.v1.tar"
TAR_GZIP = TAR + "+gzip"
TAR_ZSTD = TAR + "+zstd"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
DOCKER_TAR_GZIP = "application/vnd.docker.image.rootfs.diff.tar.gzip"
WASM = "application/wasm"
WASM_CONFIG = "application/vnd.wasm.config.v0+json"
WASM_TO_OCI_LAYER = "application/vnd.wasm.content.layer.v1+wasm"
TITLE = "org.opencontainers.image.title"
LAYERS_LABEL = "containerd.runwasi.layers"


# --- Wasm binaries, a section at a time

def leb(number):
    out = b""
    while number >= 0x80:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def text(value):
    return leb(len(value)) + value.encode()


def section(number, payload):
    return bytes([number]) + leb(len(payload)) + payload


def core(exports=("_start",), imports=(), debug=0, custom=None, constants=()):
    """A core module whose functions do nothing; `custom`: the name of a section that runtimes do not read."""
    out = b"\0asm\1\0\0\0" + section(1, b"\1\x60\0\0")
    if imports:
        out += section(2, leb(len(imports)) + b"".join(text(m) + text(n) + b"\0\0" for m, n in imports))
    out += section(3, b"\1\0")
    function = leb(len(imports))
    if constants:
        out += section(6, b"\1\x7f\0\x41\0\x0b")
    exported = [text(name) + b"\0" + function for name in exports] + [text(name) + b"\3\0" for name in constants]
    out += section(7, leb(len(exported)) + b"".join(exported))
    out += section(10, b"\1\2\0\x0b")
    if debug:
        out += section(0, text(".debug_info") + b"\0" * debug)
    if custom:
        out += section(0, text(custom))
    return out


def component(export="wasi:cli/run@0.2.0", imports=()):
    """A component that exports an empty instance."""
    out = b"\0asm\x0d\0\1\0"
    if imports:
        out += section(7, b"\1\x42\0")
        out += section(10, leb(len(imports)) + b"".join(b"\0" + text(name) + b"\5\0" for name in imports))
    out += section(5, b"\1\1\0")
    return out + section(11, b"\1\0" + text(export) + b"\5" + leb(len(imports)) + b"\0")


MODULE = core(imports=(("wasi_snapshot_preview1", "proc_exit"),))


# --- layers, with nothing in them that a library's version decides

def tar_header(name, mode, size, kind, link=""):
    header = bytearray(512)
    for at, value in ((0, name.encode()), (100, b"%07o" % mode), (108, b"0000000"), (116, b"0000000"),
                      (124, b"%011o" % size), (136, b"00000000000"), (148, b" " * 8), (156, kind.encode()),
                      (157, link.encode()), (257, b"ustar\00000"), (329, b"0000000"), (337, b"0000000")):
        header[at:at + len(value)] = value
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header)


def padded(data):
    return data + b"\0" * (-len(data) % 512)


def file(name, data, mode=0o755):
    return tar_header(name, mode, len(data), "0") + padded(data)


def long_named_file(name):
    record = b" path=" + name.encode() + b"\n"
    size = len(record) + 4
    pax = b"%d" % size + record
    assert len(pax) == size
    return tar_header("pax", 0o644, len(pax), "x") + padded(pax) + tar_header("long", 0o644, 0, "0")


def tar(*entries):
    return b"".join(entries) + b"\0" * 1024


def gzip(data, compressed=False):
    """Stored, so that every zlib writes the same."""
    if compressed:
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        body = packer.compress(data) + packer.flush()
    else:
        body = b""
        for at in range(0, len(data), 0xFFFF):
            part = data[at:at + 0xFFFF]
            last = at + 0xFFFF >= len(data)
            body += bytes([last]) + struct.pack("<HH", len(part), len(part) ^ 0xFFFF) + part
    return b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + body + struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFFFFFF)


def zstd(data):
    return b"\x28\xb5\x2f\xfd\x60" + struct.pack("<H", len(data) - 256) + struct.pack("<I", len(data) << 3 | 1)[:3] + data


# --- content

blobs = {}


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def descriptor(media_type, data, **more):
    blobs[digest(data)] = data
    return {"mediaType": media_type, "digest": digest(data), "size": len(data), **more}


def dump(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def with_own_type_last(document):
    """Behind those of all descriptors, and written as PHP writes it."""
    ordered = {key: value for key, value in document.items() if key != "mediaType"}
    kind = document["mediaType"]
    return dump({**ordered, "mediaType": kind}).replace(dump(kind), dump(kind).replace(b"/", b"\\/"))


def platform_of(name):
    os, architecture = name.split("/")[:2]
    result = {"architecture": architecture, "os": os}
    if name.count("/") == 2:
        result["variant"] = name.split("/")[2]
    return result


class Image:
    """An image before it is written: what a fixture breaks is changed here."""

    def __init__(self, platform="wasi/wasm", data=MODULE, path="app.wasm", start=None, files=None, oci=True):
        self.oci = oci
        self.layers = []  # type, bytes, uncompressed
        self.add(tar(file(path, data)) if files is None else tar(*files))
        self.config = {"created": "1970-01-01T00:00:00Z", **platform_of(platform),
                       "config": {"Entrypoint": [start or "/" + path], "WorkingDir": "/"},
                       "rootfs": {"type": "layers", "diff_ids": []}}
        self.manifest = {"schemaVersion": 2, "mediaType": OCI_MANIFEST if oci else DOCKER_MANIFEST}
        self.config_type = OCI_CONFIG if oci else DOCKER_CONFIG

    def add(self, plain, media_type=None, packed=None):
        self.layers.append((media_type or (TAR_GZIP if self.oci else DOCKER_TAR_GZIP), packed or gzip(plain), plain))
        return self

    def change(self, **config):
        self.config.update(config)
        return self

    def run(self, **execution):
        self.config["config"].update(execution)
        return self

    def say(self, **manifest):
        self.manifest.update(manifest)
        return self

    def write(self, form=dump):
        """`form`: how the manifest is written."""
        rootfs = self.config.get("rootfs")
        if rootfs is not None and rootfs.get("diff_ids") == []:
            rootfs["diff_ids"] = [digest(plain) for _, _, plain in self.layers]
        more = {key: self.manifest.pop(key) for key in list(self.manifest) if key not in ("schemaVersion", "mediaType")}
        document = {**self.manifest, "config": descriptor(self.config_type, dump(self.config)),
                    "layers": [descriptor(kind, packed) for kind, packed, _ in self.layers], **more}
        return descriptor(self.manifest.get("mediaType", OCI_MANIFEST), form(document))


def machine(platform="linux/amd64"):
    return Image(platform, files=[file("app", b"\x7fELF" + platform.encode())], start="/app")


def plugin(platform="linux/amd64"):
    """What Istio and Envoy Gateway load."""
    image = Image(platform, path="plugin.wasm", data=core(("proxy_abi_version_0_2_1",)))
    image.say(annotations={"module.wasm.image/variant": "compat"})
    del image.config["config"]
    return image


def raw(data=MODULE, platform="wasi/wasm", title="app.wasm", label=True, layer=None, diff_ids=(), layer_type=WASM):
    """An image whose layer is the module."""
    config = {**platform_of(platform), "config": {"Entrypoint": ["/app.wasm"]},
              "rootfs": {"type": "layers", "diff_ids": diff_ids}}
    if label:
        config["config"]["Labels"] = {LAYERS_LABEL: json.dumps([digest(data)])}
    more = {} if title is None else {"annotations": {TITLE: title}}
    return descriptor(OCI_MANIFEST, dump({"schemaVersion": 2, "mediaType": OCI_MANIFEST,
                                          "config": descriptor(OCI_CONFIG, dump(config)),
                                          "layers": [descriptor(layer_type, layer or data, **more)]}))


def artifact(data=component(), os="wasip2", world=({"exports": ["wasi:cli/run@0.2.0"], "imports": []}), layers=1,
             config_type=WASM_CONFIG, layer_type=WASM, **more):
    datas = [data] + [core(("other%d" % i,)) for i in range(1, layers)]
    config = {"created": "1970-01-01T00:00:00Z", "architecture": "wasm", "os": os,
              "layerDigests": [digest(one) for one in datas]}
    if world is not None:
        config["component"] = world
    document = {"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": descriptor(config_type, dump(config)),
                "layers": [descriptor(layer_type, one, annotations={TITLE: "app.wasm"}) for one in datas], **more}
    return descriptor(OCI_MANIFEST, dump(document))


def document_of_others(**more):
    """An artifact as image-spec 1.1 has those without a config: nothing is in it that engines look for."""
    return descriptor(OCI_MANIFEST, dump({"schemaVersion": 2, "mediaType": OCI_MANIFEST,
                                          "artifactType": "application/vnd.example.sbom.v1",
                                          "config": descriptor(OCI_EMPTY, b"{}"),
                                          "layers": [descriptor("application/vnd.example.sbom.v1", b"sbom")], **more}))


def signature(about):
    """As cosign writes them: with the config of an image that is for nothing."""
    payload = dump({"critical": {"image": {"docker-manifest-digest": about},
                                 "type": "cosign container image signature"}, "optional": None})
    never = "0001-01-01T00:00:00Z"
    config = dump({"architecture": "", "created": never, "history": [{"created": never}], "os": "",
                   "rootfs": {"type": "layers", "diff_ids": [digest(payload)]}, "config": {}})
    layer = descriptor("application/vnd.dev.cosign.simplesigning.v1+json", payload,
                       annotations={"dev.cosignproject.cosign/signature": ""})
    return descriptor(OCI_MANIFEST, dump({"schemaVersion": 2, "mediaType": OCI_MANIFEST,
                                          "config": descriptor(OCI_CONFIG, config), "layers": [layer]}))


def entry(image, platform=None):
    """An entry for an image, by default for the platform of its config."""
    if isinstance(image, Image):
        platform = platform or "/".join(image.config[key] for key in ("os", "architecture", "variant") if key in image.config)
        image = image.write()
    result = copy.deepcopy(image)
    if platform:
        result["platform"] = platform_of(platform)
    return result


def attestation(about, **annotations):
    statement = dump({"_type": "https://in-toto.io/Statement/v0.1", "subject": [], "predicate": {}})
    config = dump({**platform_of("unknown/unknown"), "rootfs": {"type": "layers", "diff_ids": [digest(statement)]}})
    document = {"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": descriptor(OCI_CONFIG, config),
                "layers": [descriptor("application/vnd.in-toto+json", statement)]}
    said = {"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": about}
    said.update({key.replace("_", "."): value for key, value in annotations.items()})
    return descriptor(OCI_MANIFEST, dump(document), annotations={k: v for k, v in said.items() if v is not None},
                      platform=platform_of("unknown/unknown"))


def base():
    """The entries of an index in which nothing is wrong."""
    return [entry(machine()), entry(machine("linux/arm64")), entry(Image()), entry(Image("wasip1/wasm"))]


def index(entries, media_type=OCI_INDEX, **more):
    return {"schemaVersion": 2, "mediaType": media_type, "manifests": entries, **more}


# --- what the layout holds

roots = []
fixtures = []


def root(name, value, media_type=OCI_INDEX):
    """Names an index (an object), a text, or an image."""
    if isinstance(value, Image):
        value = value.write()
    if isinstance(value, dict) and "digest" in value and "manifests" not in value:
        found = copy.deepcopy(value)
    else:
        data = value if isinstance(value, bytes) else dump(value)
        kind = value.get("mediaType", media_type) if isinstance(value, dict) else media_type
        found = descriptor(kind, data)
    found.setdefault("annotations", {})["org.opencontainers.image.ref.name"] = name
    roots.append(found)
    return found


def fixture(rule, name, location, finds, arguments):
    assert (rule in finds) != (".near" in name), name
    fixtures.append({"rule": rule, "name": name, "location": location, "arguments": arguments.split(), "finds": finds})


def in_layout(rule, name, content, finds, arguments=""):
    root(name, content)
    fixture(rule, name, "oci:layout:" + name, finds, arguments)


def rule(rule_id, breaks, near, arguments="", implies=(), near_breaks=()):
    """`implies`: other rules that whatever breaks this one breaks, too; `near_breaks`: those that the near miss does."""
    in_layout(rule_id, rule_id, breaks, [rule_id, *implies], arguments)
    in_layout(rule_id, rule_id + ".near", near, list(near_breaks), arguments)


def changed(position, change=None, **more):
    """The entries without fault but for one."""
    entries = base()
    entries[position].update(more)
    if change:
        change(entries[position])
    return entries


def versioned(platform):
    """An entry for a version of the system, which nobody names who asks for the platform."""
    one = entry(machine(platform).change(**{"os.version": "10.0.20348.2227"}))
    one["platform"]["os.version"] = "10.0.20348.2227"
    return one


def documents():
    good = index(base())
    rule("DOC001", dump(good)[:-20], json.dumps(good, indent=3).encode())
    rule("DOC002", dump(good).replace(b'"schemaVersion":2', b'"schemaVersion":2,"schemaVersion":2'),
         index(base(), annotations={"schemaVersion": "2"}))
    rule("DOC003", index(changed(0, urls="https://example.com")), index(changed(0, urls=["https://example.com"])))
    many = tar(file("app.wasm", MODULE), *(long_named_file("d/" * 1970 + "%06d" % i) for i in range(5000)))
    rule("DOC005", Image().add(many, packed=gzip(many, True)),
         Image(files=[file("app.wasm", MODULE), long_named_file("d/" * 1970 + "000000")]))
    rule("SEL001", good, index(changed(1, platform=platform_of("linux/arm64/v8")) + [versioned("windows/amd64")]),
         "--require-platform windows/amd64,linux/arm64")
    rule("SEL002", artifact(), Image().say(artifactType=WASM_CONFIG), "--for podman", near_breaks=["MAN011"])
    rule("SEL003", index(base() + [{**machine("linux/riscv64").write(), "mediaType": "application/vnd.example"}]),
         index(base() + [entry(machine("linux/riscv64"))]))
    broken = HERE / "no-layout"
    broken.mkdir(exist_ok=True)
    (broken / "index.json").write_bytes(dump(index([])))
    fixture("DOC004", "DOC004", "oci:no-layout", ["DOC004"], "")
    fixture("DOC004", "DOC004.near", "oci:layout:DOC001.near", [], "")


def indexes():
    good = index(base())
    for_all = "--for docker,containerd,podman,kubernetes"
    rule("IDX001", {**good, "schemaVersion": 3},
         dump({"annotations": {"schemaVersion": "1"}, "mediaType": OCI_INDEX,
               "manifests": [{**one, "schemaVersion": 1} for one in base()], "schemaVersion": 2}))
    untyped = index(base())
    del untyped["mediaType"]
    rule("IDX002", dump(untyped), with_own_type_last(good))
    rule("IDX003", {**good, "layers": []}, {**good, "x-layers": []})
    docker = Image("linux/amd64", files=[file("app", b"docker")], start="/app", oci=False)
    others = base()[1:]
    rule("IDX004", index([entry(docker)] + others),
         index([entry(docker), entry(Image(oci=False)), entry(Image("wasip1/wasm", oci=False))], DOCKER_LIST))
    rule("IDX005", index(changed(0, lambda one: one.pop("platform"))), index(base() + [signature(base()[0]["digest"])]))
    rule("IDX006", index(changed(0, platform={"architecture": "amd64"})),
         index(changed(0, platform={**platform_of("linux/amd64"), "variant": "", "os.version": "", "os.features": []})))
    rule("IDX007", index(changed(1, platform=platform_of("linux/riscv64"))),
         index(changed(1, platform=platform_of("linux/arm64/v8"))))
    rule("IDX008", index(base() + [entry(Image("linux/wasm"))]),
         index(base() + [entry(Image("wasip2/wasm", data=component()))]), near_breaks=["CFG014"])
    compiled = entry(Image(path="wasm32-wasip1/release/app.wasm"))
    rule("IDX009", index(base() + [entry(Image("wasi/wasm32"))]),
         index([*base()[:2], {**compiled, "annotations": {"target": "wasm32-wasip1"}}, base()[3]]))
    rule("IDX010", index(base()[:2] + [entry(Image("wasip1/wasm"))]), index(base()[:2] + base()[:1:-1]), "--for podman")
    rule("IDX011", index(base()[:3]), index(base()[3:] + base()[:3]))
    rule("IDX012", index(changed(2, platform=platform_of("wasi/wasm/v1"))),
         index(changed(1, platform=platform_of("linux/arm64/v8"))))
    rule("IDX013", index(changed(2, platform={**platform_of("wasi/wasm"), "os.features": ["simd"]})),
         index(changed(0, platform={**platform_of("linux/amd64"), "os.features": ["sse4"]})))
    exact = {**platform_of("linux/arm64/v8.2"), "os.version": "5.10-LTS", "os.features": ["SVE2"]}
    rule("IDX014", index(changed(1, platform=platform_of("Linux/arm64"))),
         index(changed(1, platform=exact) + [entry(machine("linux/386")), entry(machine("linux/mips64p32le"))]))
    second = Image("linux/amd64", files=[file("app", b"second")], start="/app")
    rule("IDX015", index(base() + [entry(second)]),
         index(base() + [{**entry(second), "annotations": {"io.github.containers.compression.zstd": "true"}}]))
    rule("IDX016", index(base() + [{**base()[0], "platform": platform_of("linux/amd64/v2")}]),
         index(base() + [entry(machine().change(variant="v2"))]))
    same_config = machine().say(annotations={"for": "wasm"})
    rule("IDX017", index([base()[0], base()[1], entry(same_config, "wasi/wasm"), base()[3]]),
         index([base()[0], base()[1], entry(Image(files=[file("app", b"\x7fELFlinux/amd64")], start="/app")), base()[3]]),
         "--shallow")
    about = base()[0]["digest"]
    rule("IDX018", index(base() + [attestation(about, vnd_docker_reference_digest=None)]),
         index(base() + [attestation(about)]))
    rule("IDX018b", index(base() + [{**attestation(about), "platform": platform_of("linux/s390x")}]),
         index(base() + [attestation(about)]))
    rule("IDX019", index(base() + [attestation(digest(b"gone"))]), index(base() + [attestation(about)]))
    rule("IDX020", index([attestation(about)] + base()), index(base() + [attestation(about)]))
    in_layout("IDX020", "IDX020.near.artifact", index(base() + [attestation(about), artifact()]), [])
    lone = entry(Image("wasip3/wasm"))
    rule("IDX021", index([lone, attestation(lone["digest"])]),
         index([lone, base()[0], attestation(lone["digest"])]),
         "--for kubernetes", implies=["IDX025"])
    inner = descriptor(OCI_INDEX, dump(index([entry(machine("linux/s390x"))])))
    rule("IDX022", index(base() + [inner]), index(base() + [entry(machine("linux/s390x"))]))
    rule("IDX023", index(base() + [entry(artifact(), "wasip2/wasm")]), index(base() + [artifact()]))
    rule("IDX024", index(base()[:3] + [entry(raw(platform="wasip1/wasm"), "wasip1/wasm")]), raw(),
         "--for runwasi-layers")
    rule("IDX025", index(base()[2:]), index(base()[2:] + [entry(machine("linux/riscv64"))]))
    plugins = [entry(plugin(name)) for name in ("linux/amd64", "linux/arm64", "wasi/wasm", "wasip1/wasm")]
    rule("IDX026", index(plugins[1:]), index(plugins), "--for istio,envoy-gateway")
    rule("IDX027", index(changed(0, digest="sha256:abc")),
         index([{**base()[0], "digest": sha512_of(base()[0]["digest"])}] + base()[1:]))
    # With a line break behind it, which is of the content, too.
    closed = machine().write(lambda document: dump(document) + b"\n")
    rule("IDX028", index(changed(0, **{**closed, "size": closed["size"] + 1})), index(changed(0, **closed)))
    data = blobs[base()[0]["digest"]]
    rule("IDX029", index(changed(0, data=base64(data[:-1] + b" "))), index(changed(0, data=base64(data))))
    rule("IDX030", index(changed(0, annotations={"count": 1})), index(changed(0, annotations={"count": ""})))
    absent = digest(b"never written")
    # An index of exactly 4 MiB is too large for a repository: the tests make it. What an index is about is not in it.
    rule("IDX031", index(changed(0, size=9_000_000)),
         index(base(), subject={"mediaType": OCI_MANIFEST, "digest": absent, "size": 9_000_000}))
    rule("IDX032", index(changed(0, digest=absent)),
         index(changed(0, annotations={"org.opencontainers.image.base.digest": absent}),
               subject={"mediaType": OCI_MANIFEST, "digest": absent, "size": 1000}))
    rule("IDX033", index(changed(2, artifactType="application/vnd.example")),
         index(changed(0, artifactType=OCI_CONFIG) + [{**artifact(), "artifactType": WASM_CONFIG}]))
    pinned = root("IDX034.near", index(plugins))
    fixture("IDX034", "IDX034", "oci:layout@" + pinned["digest"], ["IDX034"], "--for istio,envoy-gateway")
    fixture("IDX034", "IDX034.near", "oci:layout:IDX034.near", [], "--for istio,envoy-gateway")


def base64(data):
    import base64 as encoding
    return encoding.b64encode(data).decode()


def sha512_of(name):
    data = blobs[name]
    other = "sha512:" + hashlib.sha512(data).hexdigest()
    blobs[other] = data
    return other


def manifests():
    good = Image()
    untyped = Image()
    del untyped.manifest["mediaType"]
    rule("MAN001", untyped, Image().write(with_own_type_last))
    # What it leads to is judged, though the entry before leads there as something that is not known.
    in_layout("MAN001", "MAN001.behind-another-type",
              index([{**untyped.write(), "mediaType": "application/vnd.example"}, *base()[:2],
                     entry(untyped, "wasi/wasm"), base()[3]]), ["MAN001", "SEL003"])
    mixed = Image()
    mixed.config_type = DOCKER_CONFIG
    rule("MAN002", mixed, Image(oci=False))
    strange = Image()
    strange.config["rootfs"]["diff_ids"] = [digest(strange.layers[0][2])]
    added = tar(file("data", b"?"))
    rule("MAN003", strange.add(b"?", "application/x-thing", b"?"),
         Image().add(added, TAR, added).add(added, TAR_ZSTD, zstd(added)))
    empty = Image()
    empty.layers = []
    rule("MAN004", empty, Image("linux/amd64", files=[], start="/app"))
    counted = Image()
    counted.config["rootfs"]["diff_ids"] = [digest(counted.layers[0][2]), digest(b"")]
    documented = plugin()
    documented.config["rootfs"]["diff_ids"] = [digest(documented.layers[0][2])]
    rule("MAN005", counted, with_first_layer(documented, ("application/vnd.module.wasm.spec.v1+yaml", b"spec:\n", b"")))
    in_layout("MAN005", "MAN005.wasm-layers", raw(diff_ids=[digest(MODULE)]), ["MAN005"])
    wrong = Image()
    wrong.config["rootfs"]["diff_ids"] = [digest(b"")]
    in_parts = Image()
    whole = in_parts.layers.pop()[2]
    rule("MAN006", wrong, in_parts.add(whole, packed=gzip(whole[:700]) + gzip(whole[700:])))
    plain = Image()
    _, packed, content = plain.layers.pop()
    unpacked = Image()
    unpacked.layers = [(TAR, content, content)]
    rule("MAN007", plain.add(content, TAR, packed), unpacked)
    # A plugin starts nothing.
    rule("MAN008", with_first_layer(plugin(), (TAR_ZSTD, zstd(added), added)),
         with_first_layer(plugin(), (TAR_GZIP, gzip(added), added)), "--for istio,envoy-gateway,docker-classic",
         implies=["SEL002"], near_breaks=["SEL002"])
    rule("MAN009", with_first_layer(Image(), ("application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
                                              gzip(added), added)),
         with_first_layer(Image(), (TAR_GZIP, gzip(added), added)))
    history = [{"created_by": "COPY"}, {"created_by": "ENTRYPOINT"}]
    # The classic store takes nothing for Wasm.
    rule("MAN010", Image().change(history=history),
         Image().change(history=[history[0], {**history[1], "empty_layer": True}]),
         "--for docker-classic,skopeo,podman,crio", near_breaks=["SEL002"])
    rule("MAN011", Image().say(artifactType="application/vnd.example"),
         artifact(artifactType="application/vnd.example"))
    rule("MAN012", Image().say(subject=good.write()), document_of_others(subject=good.write()))
    # What Go decodes as nothing is nothing.
    in_layout("MAN011", "MAN011.near.empty", Image().say(artifactType=""), [])
    in_layout("MAN012", "MAN012.near.null", Image().say(subject=None), [])
    rule("MAN013", artifact(layers=2, world=None), artifact(), "--for wkg,wash,spin")
    rule("MAN014", artifact(world={"exports": ["wasi:cli/run@0.2.0"], "imports": ["wasi:io/poll@0.2.0"]}), artifact())
    in_layout("MAN014", "MAN014.near.wasip1", artifact(os="wasip1"), ["CFG013"])
    nothing = {"exports": [], "imports": []}
    rule("MAN015", artifact(MODULE, "wasip2", nothing), artifact(MODULE, "wasip1", None))
    rule("MAN016", artifact(MODULE, "wasip1", None, config_type="application/vnd.wasm.config.v1+json",
                            layer_type=WASM_TO_OCI_LAYER), artifact())
    in_layout("MAN016", "MAN016.of-an-image", raw(layer_type=WASM_TO_OCI_LAYER), ["MAN016"])
    in_layout("MAN016", "MAN016.of-solo", raw(layer_type="application/vnd.module.wasm.content.layer.v1+wasm"), ["MAN016"])
    rule("MAN017", raw(title=None), raw())
    in_layout("MAN017", "MAN017.empty", raw(title=""), ["MAN017"])
    rule("MAN018", plugin().say(annotations={"module.wasm.image/variant": "fast"}), plugin(),
         "--for istio,envoy-gateway")
    rule("MAN019", raw(layer=gzip(MODULE)), raw())
    rule("MAN020", Image(oci=False).say(annotations={"key": "value"}), Image().say(annotations={"key": "value"}))
    in_layout("MAN020", "MAN020.near.empty", Image(oci=False).say(annotations={}), [])
    in_layout("MAN020", "MAN020.near.null", index([entry(Image("linux/amd64", files=[file("app", b"docker")], start="/app",
                                                               oci=False)), entry(Image(oci=False)),
                                                   entry(Image("wasip1/wasm", oci=False))], DOCKER_LIST, annotations=None),
              [])


def with_first_layer(image, layer):
    image.layers.insert(0, layer)
    return image


def configs():
    unnamed = Image()
    del unnamed.config["architecture"]
    rule("CFG001", unnamed, index(base() + [document_of_others()]))
    typed = Image()
    typed.config["rootfs"]["type"] = "layer"
    rule("CFG002", typed, raw(diff_ids=None))  # as Go writes an empty list
    rule("CFG003", Image().run(Entrypoint=None), Image().run(Entrypoint=None, Cmd=["/app.wasm"]))
    rule("CFG004", Image().run(Entrypoint=["/bin/sh", "-c", "/app.wasm"]), Image().run(Cmd=["/bin/sh"]))
    rule("CFG005", Image().run(Entrypoint=["app.wasm"], WorkingDir="/data"), Image().run(Entrypoint=["app.wasm"]))
    link = tar_header("link.wasm", 0o777, 0, "2", "bin/../app.wasm")
    rule("CFG006", Image(start="/other.wasm"), Image(files=[file("app.wasm", MODULE), link], start="/link.wasm"))
    # Where a lower layer has a link, overlayfs has a folder of that name, and others unpack through the link: it is found
    # as it is written, and not by all where the link leads.
    link = tar_header("bin", 0o777, 0, "2", "usr/bin") + tar_header("usr/bin/", 0o755, 0, "5")
    for name, start, finds in (("CFG006.near.below-a-link", "/bin/app.wasm", []),
                               ("CFG006.behind-a-link", "/usr/bin/app.wasm", ["CFG006"])):
        in_layout("CFG006", name, Image(files=[link], start=start).add(tar(file("bin/app.wasm", MODULE))), finds)
    rule("CFG007", Image(data=b"#!/bin/sh\n"), Image(data=b"(module)", path="app.wat"))
    # crun looks at the word that it is given, whatever a link of that name leads to.
    named = tar_header("app.wasm", 0o777, 0, "2", "bin/app")
    rule("CFG008", Image(path="app"), Image(files=[file("bin/app", MODULE), named], start="/app.wasm"),
         "--for podman,crio")
    in_layout("CFG008", "CFG008.function", Image(start="/app.wasm#_start"), ["CFG008"], "--for podman,crio")
    named = tar_header("app", 0o777, 0, "2", "app.wat")
    in_layout("CFG008", "CFG008.text", Image(files=[file("app.wat", b"(module)"), named], start="/app"), ["CFG008"],
              "--for podman,crio")
    rule("CFG009", Image(files=[file("app.wasm", MODULE, 0o644)], start="/app.wasm"),
         Image(files=[file("app.wasm", MODULE, 0o555)], start="/app.wasm"))
    # crun takes the word with the function for the name of the file.
    rule("CFG010", Image(data=core(("run",))), Image(data=core(("run",)), start="/app.wasm#run"), near_breaks=["CFG008"])
    rule("CFG011", Image(data=core(("_initialize",))), Image(data=core(("_initialize", "run")), start="/app.wasm#run"),
         near_breaks=["CFG008"])
    rule("CFG012", Image(data=core(("_start", "_initialize"))),
         Image(data=core(("_start", "_initialized", "initialize"))))
    in_layout("CFG012", "CFG012.no-function", Image(data=core(constants=("_initialize",))), ["CFG012"])
    in_layout("CFG012", "CFG012.near.others", Image(data=core(constants=("__heap_base",))), [])
    rule("CFG013", Image("wasip1/wasm", data=component()), Image("wasip2/wasm", data=component()), "--for docker")
    preview_0 = core(imports=(("wasi_unstable", "fd_write"),))
    in_layout("CFG013", "CFG013.preview-0", Image("wasip1/wasm", data=preview_0), ["CFG013", "CFG016"])
    # What is made into a component later says so in a core module.
    rule("CFG014", Image(data=component()), Image("wasip1/wasm", data=core(custom="component-type:command")),
         "--for podman")
    rule("CFG015", Image(data=component(imports=("wasi:clocks/monotonic-clock@0.3.0",))),
         Image(data=component(imports=("wasi:clocks/monotonic-clock@0.2.0",))), "--for docker")
    rule("CFG016", Image(data=core(imports=(("env", "abort"),))),
         Image(data=core(("_start", "env"), imports=(("wasi_snapshot_preview1", "env"),))))
    in_layout("CFG016", "CFG016.preview-0", Image(data=preview_0), ["CFG016"])
    passwd = [file("app.wasm", MODULE), file("etc/passwd", b"app:x:1000:1000::/:\n", 0o644)]
    rule("CFG017", Image().run(User="app"), Image(files=passwd, start="/app.wasm").run(User="app"))
    rule("CFG018", Image().run(Healthcheck={"Test": ["CMD-SHELL", "true"]}),
         Image().run(Healthcheck={"Test": ["NONE"]}))
    rule("CFG019", Image(data=core(debug=2000)), Image(data=core(debug=20)))
    rule("CFG020", Image(), plugin(), "--for istio,envoy-gateway")
    rule("CFG021", raw(label=False), raw())
    pipe = tar_header("pipe", 0o644, 0, "6")
    rule("CFG022", Image(files=[file("app.wasm", MODULE), pipe], start="/app.wasm"),
         Image(files=[file("./app.wasm", MODULE), file("etc/motd", b"?")], start="/app.wasm"))
    rule("CFG023", Image().add(tar(file(".wh.app.wasm", b""))), Image().add(tar(file(".wh.other.wasm", b""))))
    rule("CFG024", Image().change(created="yesterday"), Image().change(created="2026-01-01T12:00:00.5+02:00"))


def main():
    for folder in (LAYOUT, HERE / "no-layout"):
        shutil.rmtree(folder, ignore_errors=True)
    LAYOUT.mkdir()
    documents()
    indexes()
    manifests()
    configs()
    (LAYOUT / "oci-layout").write_bytes(dump({"imageLayoutVersion": "1.0.0"}))
    (LAYOUT / "index.json").write_bytes(dump(index(roots)) + b"\n")
    for name, data in blobs.items():
        algorithm, value = name.split(":")
        (LAYOUT / "blobs" / algorithm).mkdir(parents=True, exist_ok=True)
        (LAYOUT / "blobs" / algorithm / value).write_bytes(data)
    lines = ",\n".join(json.dumps(one) for one in fixtures)
    (HERE / "fixtures.json").write_text("[\n" + lines + "\n]\n")


if __name__ == "__main__":
    main()
