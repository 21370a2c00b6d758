using Bunit;
using Console.Edge;
using Console.Pages;

namespace Console.Tests.Components;

/// <summary>The form that changes a product.</summary>
public sealed class FormTests
{
    private const string Put = "PUT /api/products/product-1";
    private static readonly ProductView Teapot = new("product-1", "Teapot", 500, "EUR", 40, 2, 1);

    [Theory]
    [InlineData("twelve", "40", "“twelve” is no amount")]
    [InlineData("12.345", "40", "“12.345” is no amount")]
    [InlineData("-1", "40", "“-1” is no amount")]
    [InlineData("12.50", "many", "“many” is no whole number")]
    [InlineData("12.50", "-3", "“-3” is no whole number")]
    [InlineData("12.50", "1.5", "“1.5” is no whole number")]
    public void Invalid_input_is_reported_kept_and_not_sent(string price, string stock, string said)
    {
        using var test = new ComponentTest();
        var form = Render(test);

        form.FindAll("input")[1].Change(price);
        form.FindAll("input")[2].Change(stock);
        form.Find("form").Submit();

        Assert.Contains(said, form.Find(".wrong").TextContent, StringComparison.Ordinal);
        Assert.Equal((price, stock), (form.FindAll("input")[1].GetAttribute("value"), form.FindAll("input")[2].GetAttribute("value")));
        Assert.Empty(test.Gateway.Received);
    }

    [Fact]
    public void Only_changed_fields_are_sent_so_that_a_corrected_name_does_not_restore_sold_stock()
    {
        using var test = new ComponentTest();
        test.Gateway.Answers(Put, Teapot with { Name = "Big teapot" });
        ProductView? saved = null;
        var form = Render(test, product => saved = product);

        form.FindAll("input")[0].Change("Big teapot");
        form.Find("form").Submit();

        form.WaitForAssertion(() => Assert.Equal("Big teapot", saved?.Name));
        Assert.Equal((Put, """{"name":"Big teapot"}"""), test.Gateway.Received.Select(one => (one.Request, one.Body)).Single());
    }

    private static IRenderedComponent<ProductForm> Render(ComponentTest test, Action<ProductView>? saved = null) =>
        test.Render<ProductForm>(with =>
            with.AddCascadingValue(test.Text).Add(form => form.Product, Teapot).Add(form => form.OnSaved, saved ?? (_ => { }))
        );
}
