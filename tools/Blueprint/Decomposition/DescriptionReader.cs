using Sidecar.Yaml;

namespace Blueprint.Decomposition;

/// <summary>Reads the description of a system strictly: reports every mistake with its line and the correct form, all at once.</summary>
internal sealed class DescriptionReader
{
    private const int LargestTeam = 1000;
    private const int MaxCalls = 10_000;

    private readonly string file;
    private readonly List<YamlProblem> problems;
    private readonly Dictionary<string, int> lines = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<Dependency> dependencies = [];
    private readonly List<(string From, string To, string Key, YamlMap At)> references = [];
    private readonly HashSet<string> withConsistency = new(StringComparer.Ordinal);

    private DescriptionReader(string file, List<YamlProblem> problems) => (this.file, this.problems) = (file, problems);

    /// <exception cref="InvalidConfigurationException">With every mistake found.</exception>
    public static Description Read(string file)
    {
        if (!File.Exists(file))
        {
            throw new InvalidConfigurationException(
                file,
                0,
                "the file does not exist; name a YAML file with the modules of a monolith or the candidates of a planned system"
            );
        }
        var problems = new List<YamlProblem>();
        var documents = YamlDocuments.Read(file, problems);
        if (documents.Count != 1)
        {
            throw problems.Count > 0 ? new InvalidConfigurationException(problems)
            : documents.Count == 0
                ? new InvalidConfigurationException(
                    file,
                    1,
                    "the file is empty; expected 'modules' of a monolith, or 'candidates' of a planned system"
                )
            : new InvalidConfigurationException(file, documents[1].Line, "a second document begins here; describe one system in a file");
        }
        var description = new DescriptionReader(file, problems).Read(documents[0]);
        return problems.Count == 0 ? description : throw new InvalidConfigurationException([.. problems.OrderBy(problem => problem.Line)]);
    }

    private Description Read(YamlMap document)
    {
        var weights = WeightsReader.Read(document.Map("weights"));
        var system = document.Text("system") ?? Path.GetFileNameWithoutExtension(file);
        if (document.Has("modules") && document.Has("candidates"))
        {
            document.Report(
                "candidates",
                "'modules' and 'candidates' are both given; describe a monolith by 'modules' or a planned system by 'candidates'"
            );
        }
        var key = document.Has("modules") ? "modules" : "candidates";
        var maps = document.Maps(key);
        if (maps.Count == 0 && !(document.Has("modules") && document.Has("candidates")))
        {
            document.Report(
                key,
                $"'{key}' is missing or empty: name at least one part of the business, under 'modules' (a monolith) or "
                    + "'candidates' (a planned system)"
            );
        }
        var names = maps.Select(ReadName).ToList();
        var consistency = document.Maps("consistency").Select(ReadConsistency).OfType<ConsistencyNeed>().ToList();
        var changes = document.Maps("changesTogether").Select(ReadJointChange).OfType<JointChange>().ToList();
        ReadCalls(document.Maps("calls"));
        // A part without a name, or with a duplicate one, is read as well: its other mistakes are reported at the same time.
        var modules = maps.Zip(names).Select(one => (Map: one.First, Module: ReadModule(one.First, one.Second ?? ""))).ToList();
        document.WarnOfUnknownKeys();
        CheckData(modules);
        foreach (var (from, to, field, at) in references.Where(one => !lines.Keys.Contains(one.To, StringComparer.Ordinal)))
        {
            Report(
                at.LineOf(field, to),
                $"'{(from.Length > 0 ? from : field)}' names '{to}' in '{field}', which is not in this file; "
                    + $"known are: {string.Join(", ", lines.Keys)}. Correct the name, or describe '{to}' under '{key}'"
            );
        }
        return new Description(system, weights, [.. modules.Select(one => one.Module)], dependencies, changes, consistency);
    }

    private string? ReadName(YamlMap map)
    {
        if (map.RequiredText("name", "what this part is called") is not { } name)
        {
            return null;
        }
        if (lines.TryGetValue(name, out var line))
        {
            Report(
                map.LineOf("name"),
                $"'{name}' is named twice, first in line {line}; names are unique: rename one of them, or put what belongs "
                    + "together into one"
            );
            return null;
        }
        lines.Add(name, map.LineOf("name"));
        return name;
    }

    private Module ReadModule(YamlMap map, string name)
    {
        foreach (var (key, byEvents) in new[] { ("dependsOn", false), ("calls", false), ("listensTo", true) })
        {
            foreach (var to in map.Texts(key))
            {
                if (to == name)
                {
                    Report(map.LineOf(key, to), $"'{name}' names itself in '{key}'; remove it");
                }
                references.Add((name, to, key, map));
                dependencies.Add(new Dependency(name, to, byEvents));
            }
        }
        var module = new Module(name)
        {
            IsEdge = map.Flag("edge") ?? false,
            Responsibilities = map.Texts("responsibilities"),
            Reads = map.Texts("reads"),
            Owns = map.Texts("owns"),
            Invariants = map.Texts("invariants"),
            // A missing capability counts as "no", so the field is optional.
            Capability = map.Text("businessCapability") ?? "",
        };
        module = module.IsEdge ? ReadEdge(map, module) : ReadCriteria(map, module);
        map.WarnOfUnknownKeys();
        return module;
    }

    /// <summary>The checklist does not apply to an edge, so none of its criteria has to be given.</summary>
    private static Module ReadEdge(YamlMap map, Module module)
    {
        map.Accept("team", "strongConsistency", "changeFrequency", "scalability", "otherTechnology");
        if (module.Owns.Count > 0)
        {
            map.Report(
                "owns",
                $"'{module.Name}' is an edge and owns data; give '{module.Owns[0]}' to the context that decides about it, or "
                    + "remove 'edge: true'"
            );
        }
        return module;
    }

    private Module ReadCriteria(YamlMap map, Module module)
    {
        var team = map.Map("team");
        if (team is null)
        {
            map.Report("team", "'team' is missing: give size and autonomous, and name if it has several parts");
        }
        module = module with
        {
            Team = new Team(team?.Text("name"), Fields.Required(team, "size", 0, LargestTeam), Fields.Required(team, "autonomous")),
            NeedsStrongConsistency =
                withConsistency.Contains(module.Name) && !map.Has("strongConsistency") ? false : Fields.Required(map, "strongConsistency"),
            Changes = Fields.Level(map, "changeFrequency") switch
            {
                "high" => ChangeFrequency.High,
                "medium" => ChangeFrequency.Medium,
                _ => ChangeFrequency.Low,
            },
            HasHighLoad = Fields.Level(map, "scalability") == "high",
            OtherTechnology = Fields.Required(map, "otherTechnology"),
        };
        team?.WarnOfUnknownKeys();
        return module;
    }

    private void ReadCalls(IReadOnlyList<YamlMap> maps)
    {
        foreach (var map in maps)
        {
            var from = map.RequiredText("from", "the part that calls");
            var to = map.RequiredText("to", "the part that is called");
            var times = map.Has("perRequest") ? Fields.Required(map, "perRequest", 1, MaxCalls) : 1;
            map.WarnOfUnknownKeys();
            if (from is null || to is null)
            {
                continue;
            }
            if (from == to)
            {
                map.Report("to", $"'{from}' calls itself; remove the call");
            }
            references.Add(("", from, "from", map));
            references.Add(("", to, "to", map));
            dependencies.Add(new Dependency(from, to, false, times));
        }
    }

    private ConsistencyNeed? ReadConsistency(YamlMap map)
    {
        var pair = ReadPair(map, "between");
        var needs = map.Text("needs");
        if (needs is not ("strong" or "eventual"))
        {
            map.Report(
                "needs",
                needs is null ? "'needs' is missing: strong or eventual" : $"'needs' must be strong or eventual, not '{needs}'"
            );
        }
        var need = new ConsistencyNeed("", "", needs == "strong", map.Text("undo"), map.Text("why"));
        map.WarnOfUnknownKeys();
        if (pair is not { } names)
        {
            return null;
        }
        withConsistency.UnionWith([names.First, names.Second]);
        return need with { First = names.First, Second = names.Second };
    }

    private JointChange? ReadJointChange(YamlMap map)
    {
        var pair = ReadPair(map, "between");
        var percent = Fields.Required(map, "percent", 0, 100);
        map.WarnOfUnknownKeys();
        return pair is { } names ? new JointChange(names.First, names.Second, percent) : null;
    }

    private (string First, string Second)? ReadPair(YamlMap map, string key)
    {
        if (map.Texts(key) is not [var first, var second] || first == second)
        {
            map.Report(key, $"'{key}' must name two different parts: {key}: [orders, inventory]");
            return null;
        }
        references.Add(("", first, key, map));
        references.Add(("", second, key, map));
        return (first, second);
    }

    /// <summary>Each datum has one owner, and only data that has one can be read.</summary>
    private void CheckData(List<(YamlMap Map, Module Module)> modules)
    {
        var owners = new Dictionary<string, (string Name, int Line)>(StringComparer.OrdinalIgnoreCase);
        foreach (var (map, module, datum) in modules.SelectMany(one => one.Module.Owns.Select(datum => (one.Map, one.Module, datum))))
        {
            var line = map.LineOf("owns", datum);
            if (!owners.TryAdd(datum, (module.Name, line)))
            {
                var (owner, first) = owners[datum];
                Report(
                    line,
                    owner == module.Name
                        ? $"'{module.Name}' names '{datum}' twice in 'owns'; remove one"
                        : $"'{map.Text("name")}' owns '{datum}', which '{owner}' owns already (line {first}); "
                            + "data has one owner: leave it to the one that decides about it, and name it under 'reads' of the other"
                );
            }
        }
        foreach (var (map, module, datum) in modules.SelectMany(one => one.Module.Reads.Select(datum => (one.Map, one.Module, datum))))
        {
            if (!owners.TryGetValue(datum, out var owner))
            {
                Report(
                    map.LineOf("reads", datum),
                    $"'{map.Text("name")}' reads '{datum}', which no part owns; "
                        + $"known data: {string.Join(", ", owners.Keys)}. Correct the name, or name it under 'owns' of its owner"
                );
            }
            else if (owner.Name == module.Name)
            {
                Report(map.LineOf("reads", datum), $"'{module.Name}' reads '{datum}', which it owns; remove it from 'reads'");
            }
        }
    }

    private void Report(int line, string message) => problems.Add(new YamlProblem(file, line, message));
}
