using System.CommandLine;
using Blueprint.Decomposition;
using Blueprint.Dependencies;
using Sidecar.Yaml;

try
{
    var root = new RootCommand("Where to cut a system into services, and how this one is cut.")
    {
        DecomposeCommand.Create(),
        MapCommand.Create(),
    };
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (InvalidConfigurationException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 2;
}
